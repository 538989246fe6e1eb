"""The tailored session: the draft, its issues and their documents."""
