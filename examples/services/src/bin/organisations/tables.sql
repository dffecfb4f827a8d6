CREATE TABLE people (issuer TEXT, subject TEXT, disabled INTEGER NOT NULL, PRIMARY KEY (issuer, subject));
CREATE TABLE members (
    organisation TEXT, issuer TEXT, subject TEXT, role TEXT NOT NULL, PRIMARY KEY (organisation, issuer, subject)
);
CREATE TABLE permissions (role TEXT NOT NULL, permission TEXT NOT NULL);
CREATE TABLE keys (sha256 BLOB PRIMARY KEY, id TEXT NOT NULL, organisation TEXT NOT NULL, kind TEXT NOT NULL, expires_at INTEGER);
CREATE TABLE invoices (id INTEGER PRIMARY KEY, organisation TEXT NOT NULL, amount INTEGER NOT NULL, status TEXT NOT NULL);

INSERT INTO people VALUES
    ('https://login.example', 'ann', 0),
    ('https://login.example', 'ben', 0),
    ('https://login.example', 'cleo', 1);
INSERT INTO members VALUES
    ('acme', 'https://login.example', 'ann', 'owner'),
    ('globex', 'https://login.example', 'ann', 'viewer'),
    ('acme', 'https://login.example', 'ben', 'viewer'),
    ('acme', 'https://login.example', 'cleo', 'owner');
INSERT INTO permissions VALUES
    ('viewer', 'invoices.read'),
    ('clerk', 'invoices.read'), ('clerk', 'refunds.create'),
    ('owner', 'invoices.read'), ('owner', 'refunds.create'), ('owner', 'organisation.manage');
-- `live_acme-secret` and so on: what is stored of a key is its digest.
INSERT INTO keys VALUES
    (x'f9c0c1ace473574bec0ec13afc6af27f79a3205c1a9867b2f1b069fd8ab738a0', 'acme-secret', 'acme', 'secret', NULL),
    (x'b530f4337f8b9336f57473d03a1de241657d09f77d3f7517d792a6ef06fe06fd', 'acme-publishable', 'acme', 'publishable', NULL),
    (x'ad65517b30ea54fc70d8ff2589fcf213b931e300d1ac7f5d14beecb9cfa6a089', 'acme-ephemeral', 'acme', 'ephemeral', 1700000000),
    (x'4aab132f535f9b942ce239b93a3c81f2c543b483c47e81ba1b6049384bdf16d2', 'acme-admin', 'acme', 'admin', NULL),
    (x'28829d34262fe1af444d91bb79cafd60892d46334a5e96dba50a2234441b3f3d', 'globex-secret', 'globex', 'secret', NULL);
INSERT INTO invoices VALUES (1, 'acme', 120, 'paid'), (2, 'acme', 80, 'paid'), (3, 'globex', 50, 'paid');
