"""What does a request or an answer look like on the wire?"""
