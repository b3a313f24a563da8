"""What would Pacifica answer? Its REST and its socket over a matching engine, on one's own machine, without money."""
