CREATE TABLE people (
    issuer TEXT, subject TEXT, name TEXT NOT NULL, is_admin INTEGER NOT NULL, is_banned INTEGER NOT NULL, PRIMARY KEY (issuer, subject)
);
CREATE TABLE moderators (community TEXT, person TEXT, PRIMARY KEY (community, person));
-- Communities in which moderators alone begin posts.
CREATE TABLE closed (community TEXT PRIMARY KEY);
CREATE TABLE posts (
    id INTEGER PRIMARY KEY, community TEXT NOT NULL, title TEXT NOT NULL, author TEXT NOT NULL, is_removed INTEGER NOT NULL
);

INSERT INTO people VALUES
    ('https://forum.example', '1', 'ann', 0, 0),
    ('https://forum.example', '2', 'ben', 0, 0),
    ('https://forum.example', '3', 'troll', 0, 1),
    ('https://forum.example', '4', 'root', 1, 0);
INSERT INTO moderators VALUES ('rust', '1'), ('news', '1');
INSERT INTO closed VALUES ('news');
INSERT INTO posts VALUES (1, 'rust', 'Pinning', '2', 0), (2, 'rust', 'Buy now', '3', 1), (3, 'cats', 'Whiskers', '2', 0);
