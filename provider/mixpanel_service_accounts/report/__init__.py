"""An organization, read once and judged: the findings, and the report as a document."""
