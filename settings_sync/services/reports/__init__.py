"""Reports: plans and runs as rows, CSV and PDF."""
