CREATE TABLE people (name TEXT PRIMARY KEY, password TEXT NOT NULL, role TEXT NOT NULL) STRICT;
-- Everything that began with one sign-in. It ends as a whole.
CREATE TABLE families (id TEXT PRIMARY KEY, person TEXT NOT NULL REFERENCES people, expires_at INTEGER NOT NULL) STRICT;
-- By their SHA-256: who reads the table has no token. Those that were used stay, to be known when they come again.
CREATE TABLE refresh_tokens (
    digest BLOB PRIMARY KEY,
    family TEXT NOT NULL REFERENCES families ON DELETE CASCADE,
    is_used INTEGER NOT NULL DEFAULT 0
) STRICT;
PRAGMA foreign_keys = ON;

-- `wonderland` and `builder`, by bcrypt with a cost for examples.
INSERT INTO people VALUES
    ('alice', '$2b$08$7SRNuToY7YWsCQPf0MiEVeDKe719p3jiARkAeVpt/sMVYslefVmMq', 'admin'),
    ('bob', '$2b$08$m0j7/dOMNP2ZzWZ7We/iZOVRWSLS5sySsHfXMMjj5A1XB6qIqKrNi', 'member');
