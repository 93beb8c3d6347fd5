    {"honest", "udp.connect.*"},
