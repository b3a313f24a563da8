"""Where? One protocol between the order desk and every venue, and one folder for each venue."""
