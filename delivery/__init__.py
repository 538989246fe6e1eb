"""The day and after: attendance, feedback, certificates, reach."""
