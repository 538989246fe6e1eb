"""The requester's own pages: where their booking stands, what we need from them, and what they may answer."""
