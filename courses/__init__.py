"""What we teach: courses, formats, topics and their points, audiences."""
