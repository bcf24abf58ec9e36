"""Other shared settings: work types, statuses, hour types, VAT rates and the like."""
