"""How splits are cut into shards, and what the Hub would refuse of them."""
