"""A plan or a result on paper: what it says (`content`), and as a file (`csv_file`, `pdf_file`)."""
