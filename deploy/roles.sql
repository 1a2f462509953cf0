-- The two roles of a database named piaojue, and what they may: run by a superuser, once, before the first migrate, and
-- again after a restore. The owner makes the tables. The web role reads and writes rows and nothing else: it cannot
-- switch off the triggers that protect the evidence, nor make tables, functions or temporary tables that would
-- deceive them. tests/security/test_web_role.py attacks a database made by this file.

REVOKE ALL ON DATABASE piaojue FROM PUBLIC;
GRANT CONNECT ON DATABASE piaojue TO piaojue;

REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO piaojue_owner;
GRANT USAGE ON SCHEMA public TO piaojue;

ALTER DEFAULT PRIVILEGES FOR ROLE piaojue_owner IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO piaojue;
ALTER DEFAULT PRIVILEGES FOR ROLE piaojue_owner IN SCHEMA public
    GRANT USAGE, SELECT ON SEQUENCES TO piaojue;

-- What was restored from a dump without its rights.
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO piaojue;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO piaojue;
DO $$ BEGIN
    IF to_regclass('public.django_migrations') IS NOT NULL THEN
        REVOKE INSERT, UPDATE, DELETE ON public.django_migrations FROM piaojue;
    END IF;
END $$;
