CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, password TEXT NOT NULL);
CREATE TABLE bookmarks (person INTEGER NOT NULL REFERENCES people, url TEXT NOT NULL);

-- The rest is what `sessions.rs` needs.
CREATE TABLE sessions (
    key BLOB PRIMARY KEY,
    subject BLOB,
    version INTEGER NOT NULL,
    seen_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    content BLOB NOT NULL
) WITHOUT ROWID;
CREATE INDEX sessions_of_subject ON sessions (subject, seen_at);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);
CREATE TABLE ended (subject BLOB PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;

INSERT INTO people VALUES
    -- `wonderland` and `builder`, by bcrypt with a cost for examples.
    (1, 'alice', '$2b$08$7SRNuToY7YWsCQPf0MiEVeDKe719p3jiARkAeVpt/sMVYslefVmMq'),
    (2, 'bob', '$2b$08$m0j7/dOMNP2ZzWZ7We/iZOVRWSLS5sySsHfXMMjj5A1XB6qIqKrNi');
INSERT INTO bookmarks VALUES (1, 'https://rust-lang.org'), (2, 'https://actix.rs');
