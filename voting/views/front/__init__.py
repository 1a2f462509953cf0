"""The pages that know every room: home, the delegate's own page, the feeds."""
