"""The product: brings the settings of sub-administrations in line with the main administration."""
