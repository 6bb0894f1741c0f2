"""EU trusted lists (ETSI TS 119 612): checked, kept, and asked what a certificate is worth."""
