"""Who asks over the network, may they, and what do they get?"""
