"""What is measured from within the portal: ``python -m bench.inside STEP [ARGUMENTS]`` prints one line of JSON."""
