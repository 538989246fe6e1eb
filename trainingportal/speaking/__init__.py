"""A speaker's own pages: answer an invitation, see their sessions, keep their diary true."""
