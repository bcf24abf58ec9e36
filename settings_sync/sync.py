"""What the product itself keeps inside an administration never travels."""
