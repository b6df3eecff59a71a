CREATE TABLE readings (
    id text PRIMARY KEY,
    meter integer NOT NULL,
    measured timestamptz NOT NULL,
    kwh numeric NOT NULL
);
