-- The keys themselves are stored nowhere: each is the HMAC of its `uid`. `indexes` holds names, and beginnings with a `*`.
CREATE TABLE keys (uid TEXT PRIMARY KEY, actions TEXT NOT NULL, indexes TEXT NOT NULL, expires_at INTEGER);
CREATE TABLE documents (in_index TEXT NOT NULL, title TEXT NOT NULL, customer TEXT);

INSERT INTO keys VALUES
    ('search', 'search', '*', NULL),
    ('movies', 'search documents.add', 'movies', NULL),
    ('films', 'search', 'mov*', NULL),
    ('old', 'search', '*', 1700000000);
INSERT INTO documents VALUES
    ('movies', 'Solaris', 'acme'),
    ('movies', 'Stalker', 'globex'),
    ('books', 'Roadside Picnic', 'acme');
