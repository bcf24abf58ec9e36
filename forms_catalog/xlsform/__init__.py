"""Forms as XLSForm, the workbook in which this field exchanges them: read, telling what does not fit, and written."""
