"""What every catalog's editor uses: refusals in words, pages that show them, and the reading of texts."""
