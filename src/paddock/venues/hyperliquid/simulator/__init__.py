"""What would Hyperliquid answer? Its REST and WebSocket protocol, over the matching engine `venues.exchange`."""
