"""May this account trade real money? Its connection to a venue: whose agent, with whose leave, within which limits."""
