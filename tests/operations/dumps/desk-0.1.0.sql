-- A desk of version 0.1.0 on SQLite: a few people, three tickets, one chat. See test_upgrade.py.
BEGIN;
CREATE TABLE "django_migrations" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "app" varchar(255) NOT NULL, "name" varchar(255) NOT NULL, "applied" datetime NOT NULL);
CREATE TABLE "tickets_person" ("password" varchar(128) NOT NULL, "last_login" datetime NULL, "id" char(32) NOT NULL PRIMARY KEY, "role" varchar(10) NOT NULL, "name" varchar(120) NOT NULL, "email" varchar(254) NOT NULL, "phone" varchar(20) NOT NULL, "login_email" varchar(254) NULL UNIQUE, "external_id" varchar(190) NULL UNIQUE, "is_active" bool NOT NULL, "created_at" datetime NOT NULL);
CREATE TABLE "tickets_order" ("id" char(32) NOT NULL PRIMARY KEY, "number" varchar(32) NOT NULL UNIQUE, "status" varchar(20) NOT NULL, "placed_at" datetime NOT NULL, "eta" datetime NULL, "delivered_at" datetime NULL, "total" decimal NOT NULL, "payment_method" varchar(20) NOT NULL, "payment_status" varchar(20) NOT NULL, "carrier" varchar(60) NOT NULL, "tracking_number" varchar(60) NOT NULL, "city" varchar(60) NOT NULL, "pincode" varchar(10) NOT NULL, "customer_id" char(32) NOT NULL REFERENCES "tickets_person" ("id") DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE "tickets_orderitem" ("id" char(32) NOT NULL PRIMARY KEY, "sku" varchar(40) NOT NULL, "name" varchar(120) NOT NULL, "quantity" smallint unsigned NOT NULL CHECK ("quantity" >= 0), "price" decimal NOT NULL, "order_id" char(32) NOT NULL REFERENCES "tickets_order" ("id") DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE "tickets_activity" ("id" char(32) NOT NULL PRIMARY KEY, "position" bigint unsigned NULL UNIQUE CHECK ("position" >= 0), "seq" integer unsigned NULL CHECK ("seq" >= 0), "at" datetime NOT NULL, "ticket_id" char(32) NOT NULL REFERENCES "tickets_ticket" ("id") DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE "tickets_ticketevent" ("id" char(32) NOT NULL PRIMARY KEY, "actor_name" varchar(120) NOT NULL, "field" varchar(30) NOT NULL, "old" text NOT NULL, "new" text NOT NULL, "at" datetime NOT NULL, "actor_id" char(32) NULL REFERENCES "tickets_person" ("id") DEFERRABLE INITIALLY DEFERRED, "ticket_id" char(32) NOT NULL REFERENCES "tickets_ticket" ("id") DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE "tickets_message" ("id" char(32) NOT NULL PRIMARY KEY, "seq" integer unsigned NOT NULL CHECK ("seq" >= 0), "client_id" varchar(64) NULL, "fingerprint" varchar(64) NOT NULL, "sender" varchar(8) NOT NULL, "sender_name" varchar(120) NOT NULL, "text" text NOT NULL, "internal" bool NOT NULL, "picture" varchar(120) NOT NULL, "thumbnail" varchar(120) NOT NULL, "picture_width" integer unsigned NULL CHECK ("picture_width" >= 0), "picture_height" integer unsigned NULL CHECK ("picture_height" >= 0), "created_at" datetime NOT NULL, "author_id" char(32) NULL REFERENCES "tickets_person" ("id") DEFERRABLE INITIALLY DEFERRED, "ticket_id" char(32) NOT NULL REFERENCES "tickets_ticket" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "one_message_a_seq" UNIQUE ("ticket_id", "seq"), CONSTRAINT "one_message_a_client_id" UNIQUE ("ticket_id", "client_id"));
CREATE TABLE "tickets_viewer" ("id" char(32) NOT NULL PRIMARY KEY, "name" varchar(120) NOT NULL, "seen_at" datetime NOT NULL, "person_id" char(32) NOT NULL REFERENCES "tickets_person" ("id") DEFERRABLE INITIALLY DEFERRED, "ticket_id" char(32) NOT NULL REFERENCES "tickets_ticket" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "one_viewer_a_person" UNIQUE ("ticket_id", "person_id"));
CREATE TABLE "django_admin_log" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "object_id" text NULL, "object_repr" varchar(200) NOT NULL, "action_flag" smallint unsigned NOT NULL CHECK ("action_flag" >= 0), "change_message" text NOT NULL, "content_type_id" integer NULL REFERENCES "django_content_type" ("id") DEFERRABLE INITIALLY DEFERRED, "user_id" char(32) NOT NULL REFERENCES "tickets_person" ("id") DEFERRABLE INITIALLY DEFERRED, "action_time" datetime NOT NULL);
CREATE TABLE "django_content_type" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "app_label" varchar(100) NOT NULL, "model" varchar(100) NOT NULL);
CREATE TABLE "auth_group_permissions" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "group_id" integer NOT NULL REFERENCES "auth_group" ("id") DEFERRABLE INITIALLY DEFERRED, "permission_id" integer NOT NULL REFERENCES "auth_permission" ("id") DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE "auth_permission" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "content_type_id" integer NOT NULL REFERENCES "django_content_type" ("id") DEFERRABLE INITIALLY DEFERRED, "codename" varchar(100) NOT NULL, "name" varchar(255) NOT NULL);
CREATE TABLE "auth_group" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "name" varchar(150) NOT NULL UNIQUE);
CREATE TABLE "tickets_searchtext" ("ticket_id" char(32) NOT NULL PRIMARY KEY REFERENCES "tickets_ticket" ("id") DEFERRABLE INITIALLY DEFERRED, "rank" bigint NOT NULL UNIQUE, "words" text NOT NULL);
CREATE TABLE tickets_searchword (word TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE "chatbot_article" ("id" char(32) NOT NULL PRIMARY KEY, "slug" varchar(80) NOT NULL UNIQUE, "title" varchar(140) NOT NULL, "category" varchar(16) NOT NULL, "body" text NOT NULL, "body_hinglish" text NOT NULL, "body_hi" text NOT NULL, "also_asked" text NOT NULL, "is_active" bool NOT NULL, "updated_at" datetime NOT NULL);
CREATE TABLE "chatbot_product" ("id" char(32) NOT NULL PRIMARY KEY, "sku" varchar(40) NOT NULL UNIQUE, "name" varchar(120) NOT NULL, "category" varchar(60) NOT NULL, "price" decimal NOT NULL, "unit" varchar(30) NOT NULL, "stock" integer unsigned NOT NULL CHECK ("stock" >= 0), "description" text NOT NULL, "ingredients" text NOT NULL, "shelf_life" varchar(120) NOT NULL, "also_called" text NOT NULL, "image" varchar(120) NOT NULL, "is_active" bool NOT NULL, "updated_at" datetime NOT NULL);
CREATE TABLE "chatbot_spentidentity" ("jti" varchar(190) NOT NULL PRIMARY KEY, "expires_at" datetime NOT NULL);
CREATE TABLE "chatbot_chat" ("id" char(32) NOT NULL PRIMARY KEY, "language" varchar(10) NOT NULL, "memory" text NOT NULL CHECK ((JSON_VALID("memory") OR "memory" IS NULL)), "last_seq" integer unsigned NOT NULL CHECK ("last_seq" >= 0), "created_at" datetime NOT NULL, "updated_at" datetime NOT NULL, "person_id" char(32) NOT NULL REFERENCES "tickets_person" ("id") DEFERRABLE INITIALLY DEFERRED, "ticket_id" char(32) NULL REFERENCES "tickets_ticket" ("id") DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE "chatbot_example" ("id" char(32) NOT NULL PRIMARY KEY, "text" varchar(500) NOT NULL UNIQUE, "intent" varchar(20) NOT NULL, "language" varchar(10) NOT NULL, "is_issue" bool NOT NULL, "created_at" datetime NOT NULL, "taught_by_id" char(32) NULL REFERENCES "tickets_person" ("id") DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE "chatbot_chatmessage" ("id" char(32) NOT NULL PRIMARY KEY, "seq" integer unsigned NOT NULL CHECK ("seq" >= 0), "client_id" varchar(64) NULL, "sender" varchar(8) NOT NULL, "text" text NOT NULL, "reply" text NOT NULL CHECK ((JSON_VALID("reply") OR "reply" IS NULL)), "intent" varchar(20) NOT NULL, "helped" bool NULL, "created_at" datetime NOT NULL, "chat_id" char(32) NOT NULL REFERENCES "chatbot_chat" ("id") DEFERRABLE INITIALLY DEFERRED, "reviewed" bool NOT NULL, "rule" varchar(30) NOT NULL, "answers_id" char(32) NULL UNIQUE REFERENCES "chatbot_chatmessage" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "one_line_a_seq" UNIQUE ("chat_id", "seq"), CONSTRAINT "one_line_a_client_id" UNIQUE ("chat_id", "client_id"));
CREATE TABLE "chatbot_ordercode" ("id" char(32) NOT NULL PRIMARY KEY, "number" varchar(32) NOT NULL, "digest" varchar(64) NOT NULL, "tries_left" smallint unsigned NOT NULL CHECK ("tries_left" >= 0), "expires_at" datetime NOT NULL, "proven_at" datetime NULL, "chat_id" char(32) NOT NULL REFERENCES "chatbot_chat" ("id") DEFERRABLE INITIALLY DEFERRED, "order_id" char(32) NULL REFERENCES "tickets_order" ("id") DEFERRABLE INITIALLY DEFERRED, "created_at" datetime NOT NULL);
CREATE TABLE "django_session" ("session_key" varchar(40) NOT NULL PRIMARY KEY, "session_data" text NOT NULL, "expire_date" datetime NOT NULL);
CREATE TABLE "tickets_auditentry" ("id" char(32) NOT NULL PRIMARY KEY, "at" datetime NOT NULL, "actor_id" char(32) NULL, "actor_name" varchar(120) NOT NULL, "deed" varchar(10) NOT NULL, "ticket_id" char(32) NULL, "person_id" char(32) NULL, "what" varchar(120) NOT NULL, "address" varchar(45) NOT NULL);
CREATE TABLE "tickets_job" ("name" varchar(40) NOT NULL PRIMARY KEY, "due_at" datetime NOT NULL, "leased_until" datetime NULL, "ran_at" datetime NULL, "failures" integer unsigned NOT NULL CHECK ("failures" >= 0), "last_error" varchar(120) NOT NULL);
CREATE TABLE "tickets_ticket" ("id" char(32) NOT NULL PRIMARY KEY, "number" integer unsigned NOT NULL UNIQUE CHECK ("number" >= 0), "requester_name" varchar(120) NOT NULL, "requester_email" varchar(254) NOT NULL, "requester_phone" varchar(20) NOT NULL, "order_number" varchar(32) NOT NULL, "status" varchar(12) NOT NULL, "priority" varchar(8) NOT NULL, "category" varchar(16) NOT NULL, "subject" varchar(140) NOT NULL, "assignee_name" varchar(120) NOT NULL, "resolution" text NOT NULL, "callback_requested" bool NOT NULL, "callback_completed" bool NOT NULL, "callback_note" varchar(500) NOT NULL, "rating" smallint unsigned NULL CHECK ("rating" >= 0), "rating_comment" text NOT NULL, "created_at" datetime NOT NULL, "updated_at" datetime NOT NULL, "resolved_at" datetime NULL, "closed_at" datetime NULL, "first_response_due_at" datetime NOT NULL, "first_responded_at" datetime NULL, "last_seq" integer unsigned NOT NULL CHECK ("last_seq" >= 0), "last_customer_seq" integer unsigned NOT NULL CHECK ("last_customer_seq" >= 0), "preview" varchar(140) NOT NULL, "read_by_agents" integer unsigned NOT NULL CHECK ("read_by_agents" >= 0), "read_by_requester" integer unsigned NOT NULL CHECK ("read_by_requester" >= 0), "unread_by_agents" integer unsigned NOT NULL CHECK ("unread_by_agents" >= 0), "unread_by_requester" integer unsigned NOT NULL CHECK ("unread_by_requester" >= 0), "client_id" varchar(64) NULL, "language" varchar(10) NOT NULL, "handover" text NOT NULL CHECK ((JSON_VALID("handover") OR "handover" IS NULL)), "assignee_id" char(32) NULL REFERENCES "tickets_person" ("id") DEFERRABLE INITIALLY DEFERRED, "order_id" char(32) NULL REFERENCES "tickets_order" ("id") DEFERRABLE INITIALLY DEFERRED, "requester_id" char(32) NOT NULL REFERENCES "tickets_person" ("id") DEFERRABLE INITIALLY DEFERRED, "answer_check_at" datetime NULL, "mailed_to_requester" integer unsigned NOT NULL CHECK ("mailed_to_requester" >= 0), "previous_id" char(32) NULL REFERENCES "tickets_ticket" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "one_ticket_a_client_id" UNIQUE ("requester_id", "client_id"));
CREATE TABLE "tickets_tokenfamily" ("id" char(32) NOT NULL PRIMARY KEY, "jti" varchar(32) NOT NULL, "created_at" datetime NOT NULL, "revoked_at" datetime NULL, "person_id" char(32) NOT NULL REFERENCES "tickets_person" ("id") DEFERRABLE INITIALLY DEFERRED, "used_at" datetime NOT NULL);
CREATE TABLE "tickets_allowance" ("key" varchar(40) NOT NULL PRIMARY KEY, "left" integer unsigned NOT NULL CHECK ("left" >= 0), "ends_at" datetime NOT NULL);
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES
(1, 'tickets', '0001_initial', '2026-11-29 14:20:45.174581'),
(2, 'contenttypes', '0001_initial', '2026-11-29 14:20:45.195300'),
(3, 'admin', '0001_initial', '2026-11-29 14:20:45.251813'),
(4, 'admin', '0002_logentry_remove_auto_add', '2026-11-29 14:20:45.303314'),
(5, 'admin', '0003_logentry_add_action_flag_choices', '2026-11-29 14:20:45.355639'),
(6, 'contenttypes', '0002_remove_content_type_name', '2026-11-29 14:20:45.429776'),
(7, 'auth', '0001_initial', '2026-11-29 14:20:45.571968'),
(8, 'auth', '0002_alter_permission_name_max_length', '2026-11-29 14:20:45.620422'),
(9, 'auth', '0003_alter_user_email_max_length', '2026-11-29 14:20:45.634408'),
(10, 'auth', '0004_alter_user_username_opts', '2026-11-29 14:20:45.652276'),
(11, 'auth', '0005_alter_user_last_login_null', '2026-11-29 14:20:45.663950'),
(12, 'auth', '0006_require_contenttypes_0002', '2026-11-29 14:20:45.667866'),
(13, 'auth', '0007_alter_validators_add_error_messages', '2026-11-29 14:20:45.678363'),
(14, 'auth', '0008_alter_user_username_max_length', '2026-11-29 14:20:45.695582'),
(15, 'auth', '0009_alter_user_last_name_max_length', '2026-11-29 14:20:45.709641'),
(16, 'auth', '0010_alter_group_name_max_length', '2026-11-29 14:20:45.751879'),
(17, 'auth', '0011_update_proxy_permissions', '2026-11-29 14:20:45.789563'),
(18, 'auth', '0012_alter_user_first_name_max_length', '2026-11-29 14:20:45.808179'),
(19, 'tickets', '0002_search', '2026-11-29 14:20:45.885329'),
(20, 'chatbot', '0001_initial', '2026-11-29 14:20:46.148064'),
(21, 'chatbot', '0002_villy_learns', '2026-11-29 14:20:46.674423'),
(22, 'chatbot', '0003_mongodb_lookups', '2026-11-29 14:20:46.723217'),
(23, 'sessions', '0001_initial', '2026-11-29 14:20:46.763942'),
(24, 'tickets', '0003_background_and_audit', '2026-11-29 14:20:47.070592'),
(25, 'tickets', '0004_allowance', '2026-11-29 14:20:47.110710'),
(26, 'tickets', '0005_mongodb_lookups', '2026-11-29 14:20:47.165267'),
(27, 'tickets', '0006_search_merges', '2026-11-29 14:20:47.234577'),
(28, 'tickets', '0007_words_on_postgresql', '2026-11-29 14:20:47.293317'),
(29, 'tickets', '0008_waiting_is_counted_by_its_index', '2026-11-29 14:20:47.354823');
INSERT INTO "tickets_person" ("password", "last_login", "id", "role", "name", "email", "phone", "login_email", "external_id", "is_active", "created_at") VALUES
('pbkdf2_sha256$1000000$7jmI91MlgeCUOhh06Y79bB$/CzeSUUbVhE7ZtJdNJR4uqvY/6XY1WfQe+4Jfmv5/Y0=', NULL, '4e3578721bb347c19139a51a29a2c60c', 'customer', 'Priya Sharma', 'priya@example.com', '+91 90000 00110', 'priya@example.com', NULL, True, '2026-11-29 14:20:50.423060'),
('pbkdf2_sha256$1000000$sCBCWsFRliTlDSlsj2JTrT$1bIC+hpaiir+rXk671QIvFS/IqSCfhnTGYdvRT2BiuE=', NULL, 'f3e76355199a4dc1823e16abde7997e8', 'customer', 'Vikram Rao', 'vikram@example.com', '', 'vikram@example.com', NULL, True, '2026-11-29 14:20:51.276604'),
('pbkdf2_sha256$1000000$JQvIlVhDB2ZdmEntMPZ3gf$I5uUSZB5QBTUydWaYmhoPqAg/v34tOG2sdc18ULC2S8=', NULL, 'f8d5f9b16e16455e90090c8697293942', 'agent', 'Asha Nair', 'asha@example.com', '', 'asha@example.com', NULL, True, '2026-11-29 14:20:52.028322'),
('pbkdf2_sha256$1000000$BP6PiKbEzluSY26KH3WB9h$OQnd7UaQakT/rtnMWWGJxvJYabpQJ6APZ4/7UeIG9xM=', NULL, 'caa8d4853b9546f0a725715fc9294311', 'staff', 'Meera Iyer', 'meera@example.com', '', 'meera@example.com', NULL, True, '2026-11-29 14:20:52.779834'),
('!2PbiQrlrVmNw1FA5NS3OSdADaNCrXhAtPY458YSu', NULL, '59a9d4bcb56c4f048eb7ac2b49b33cd9', 'customer', 'Ravi', 'ravi@example.com', '', NULL, NULL, True, '2026-11-29 14:20:53.586828');
INSERT INTO "tickets_order" ("id", "number", "status", "placed_at", "eta", "delivered_at", "total", "payment_method", "payment_status", "carrier", "tracking_number", "city", "pincode", "customer_id") VALUES
('cded2da8f74c451a977e1e2ef0ea9e99', 'VP-10001', 'shipped', '2026-11-29 14:20:53.594535', NULL, NULL, 548, '', '', '', '', '', '', '4e3578721bb347c19139a51a29a2c60c');
INSERT INTO "tickets_orderitem" ("id", "sku", "name", "quantity", "price", "order_id") VALUES
('f13a681f6fe14a479ca422c256794161', 'MAK-1', 'Classic Makhana', 2, 249, 'cded2da8f74c451a977e1e2ef0ea9e99');
INSERT INTO "tickets_activity" ("id", "position", "seq", "at", "ticket_id") VALUES
('01a227ae241175418fb72434b731117f', 1, 1, '2026-11-29 14:20:53.649185', '3af80904efed469698226365cbb2ef50'),
('01a227ae24117ab6bb4d134d677fe09b', 2, 2, '2026-11-29 14:20:53.649336', '3af80904efed469698226365cbb2ef50'),
('01a227ae242a7a60b2516c3f454b66f8', 3, 3, '2026-11-29 14:20:53.674620', '3af80904efed469698226365cbb2ef50'),
('01a227ae242a7d24aabeb2f50b250828', 4, 4, '2026-11-29 14:20:53.674666', '3af80904efed469698226365cbb2ef50'),
('01a227ae245878f49dde11a7407ad576', 5, 5, '2026-11-29 14:20:53.720316', '3af80904efed469698226365cbb2ef50'),
('01a227ae246a742fa342e45604dc3fa9', 6, 6, '2026-11-29 14:20:53.738938', '3af80904efed469698226365cbb2ef50'),
('01a227ae24867ab889a8d00009ab97ee', 7, 7, '2026-11-29 14:20:53.767068', '3af80904efed469698226365cbb2ef50'),
('01a227ae248e7e80b6492d644ff76e40', 8, 1, '2026-11-29 14:20:53.774819', 'e113648a920c454aaa16c03af973254b'),
('01a227ae248e7b95990d29053a9b002f', 9, 2, '2026-11-29 14:20:53.774849', 'e113648a920c454aaa16c03af973254b'),
('01a227ae24a5759aa35dd1f6a0facb34', 10, 3, '2026-11-29 14:20:53.797573', 'e113648a920c454aaa16c03af973254b'),
('01a227ae24b872e890badfc19599752b', 11, 4, '2026-11-29 14:20:53.816391', 'e113648a920c454aaa16c03af973254b'),
('01a227ae24ca74709243fd7df36cc027', 12, 5, '2026-11-29 14:20:53.834772', 'e113648a920c454aaa16c03af973254b'),
('01a227ae27897b78b0428534c74e0ff9', 13, 1, '2026-11-29 14:20:54.537157', '1b3d156d0b71412583ea73fca5d985cd'),
('01a227ae278978e289341ace93c49190', 14, 2, '2026-11-29 14:20:54.537195', '1b3d156d0b71412583ea73fca5d985cd');
INSERT INTO "tickets_ticketevent" ("id", "actor_name", "field", "old", "new", "at", "actor_id", "ticket_id") VALUES
('01a227ae23f4702db5698e16b11b65fa', 'Priya Sharma', 'status', '', 'open', '2026-11-29 14:20:53.620000', '4e3578721bb347c19139a51a29a2c60c', '3af80904efed469698226365cbb2ef50'),
('01a227ae241b7f069a44cccf487eb99a', 'Asha Nair', 'status', 'open', 'in-progress', '2026-11-29 14:20:53.659000', 'f8d5f9b16e16455e90090c8697293942', '3af80904efed469698226365cbb2ef50'),
('01a227ae241c780bae7e389469bf4f3b', 'Asha Nair', 'assignee_name', '', 'Asha Nair', '2026-11-29 14:20:53.659000', 'f8d5f9b16e16455e90090c8697293942', '3af80904efed469698226365cbb2ef50'),
('01a227ae247c781bbc4be2e5b372f497', 'Priya Sharma', 'callback_requested', 'False', 'True', '2026-11-29 14:20:53.756000', '4e3578721bb347c19139a51a29a2c60c', '3af80904efed469698226365cbb2ef50'),
('01a227ae248c7dd99f1922c48403294d', 'Vikram Rao', 'status', '', 'open', '2026-11-29 14:20:53.772000', 'f3e76355199a4dc1823e16abde7997e8', 'e113648a920c454aaa16c03af973254b'),
('01a227ae249d733cb10626ce08434753', 'Asha Nair', 'status', 'open', 'in-progress', '2026-11-29 14:20:53.789000', 'f8d5f9b16e16455e90090c8697293942', 'e113648a920c454aaa16c03af973254b'),
('01a227ae249d73a2b18b98f9ed89c461', 'Asha Nair', 'assignee_name', '', 'Asha Nair', '2026-11-29 14:20:53.789000', 'f8d5f9b16e16455e90090c8697293942', 'e113648a920c454aaa16c03af973254b'),
('01a227ae24af7b47abd36c5d9b650f39', 'Asha Nair', 'status', 'in-progress', 'resolved', '2026-11-29 14:20:53.807000', 'f8d5f9b16e16455e90090c8697293942', 'e113648a920c454aaa16c03af973254b'),
('01a227ae24b3703da16e6184ba4e0df7', 'Asha Nair', 'resolution', '', 'It came on Monday', '2026-11-29 14:20:53.807000', 'f8d5f9b16e16455e90090c8697293942', 'e113648a920c454aaa16c03af973254b'),
('01a227ae24c17b719c932db8b0c65e53', 'Vikram Rao', 'status', 'resolved', 'closed', '2026-11-29 14:20:53.825000', 'f3e76355199a4dc1823e16abde7997e8', 'e113648a920c454aaa16c03af973254b'),
('01a227ae24c1710bafaef62e4b43f78d', 'Vikram Rao', 'rating', '', '5', '2026-11-29 14:20:53.825000', 'f3e76355199a4dc1823e16abde7997e8', 'e113648a920c454aaa16c03af973254b'),
('01a227ae24c17ef7a46d9119b3ce8c2d', 'Vikram Rao', 'rating_comment', '', 'Thanks', '2026-11-29 14:20:53.825000', 'f3e76355199a4dc1823e16abde7997e8', 'e113648a920c454aaa16c03af973254b'),
('01a227ae278270928ad1e540492a020c', 'Ravi', 'status', '', 'open', '2026-11-29 14:20:54.530000', '59a9d4bcb56c4f048eb7ac2b49b33cd9', '1b3d156d0b71412583ea73fca5d985cd');
INSERT INTO "tickets_message" ("id", "seq", "client_id", "fingerprint", "sender", "sender_name", "text", "internal", "picture", "thumbnail", "picture_width", "picture_height", "created_at", "author_id", "ticket_id") VALUES
('d11d627a87114e6ca8e32f253da6e5fb', 1, NULL, '30810222bf8f42196b3d03c1cd65cb50581f38cf662cb5f0e4b7fcbaca99d442', 'customer', 'Priya Sharma', 'The box was crushed and two packets are open', False, '', '', NULL, NULL, '2026-11-29 14:20:53.620000', '4e3578721bb347c19139a51a29a2c60c', '3af80904efed469698226365cbb2ef50'),
('d0c92168f8b440ecb27fab59331e94ec', 2, NULL, '', 'system', '', 'Connected to Customer Care. An agent will help you shortly. We aim to answer within 15 minutes.', False, '', '', NULL, NULL, '2026-11-29 14:20:53.620000', NULL, '3af80904efed469698226365cbb2ef50'),
('1c883caeede24a5eb3041125fcda4de6', 3, NULL, '', 'system', '', 'Asha Nair from Customer Care is helping you now.', False, '', '', NULL, NULL, '2026-11-29 14:20:53.659000', NULL, '3af80904efed469698226365cbb2ef50'),
('57191add3fd74aa7aef429d54b58418a', 4, NULL, 'f81d268c7cb909384cffb717a0042d2532bd0fbef4bb10e24c447d508ad69b60', 'agent', 'Asha Nair', 'Sorry about that. Could you send a picture?', False, '', '', NULL, NULL, '2026-11-29 14:20:53.659000', 'f8d5f9b16e16455e90090c8697293942', '3af80904efed469698226365cbb2ef50'),
('f3e677e2d21444c8abe07698ec587df8', 5, NULL, 'c6dbafb4e42ee193563918babe3eba47aa646e63000070086f4502ca0835f534', 'customer', 'Priya Sharma', 'Here it is, डिब्बा फटा था', False, '', '', NULL, NULL, '2026-11-29 14:20:53.685000', '4e3578721bb347c19139a51a29a2c60c', '3af80904efed469698226365cbb2ef50'),
('cc113d140cab45e1a005cf8c95df23b3', 6, NULL, 'cd4d7a0dfbcbc4f0b4a8bdad9f5eaf42cb2683b824309d11f9ad8a1a61c30b0a', 'agent', 'Asha Nair', 'Refund if it was the courier', True, '', '', NULL, NULL, '2026-11-29 14:20:53.730000', 'f8d5f9b16e16455e90090c8697293942', '3af80904efed469698226365cbb2ef50'),
('bdb2aad9e8d6499294633915364a7bc8', 7, NULL, '', 'system', '', 'A call back to +91 90000 00110 was asked for. An agent will call you.', False, '', '', NULL, NULL, '2026-11-29 14:20:53.756000', NULL, '3af80904efed469698226365cbb2ef50'),
('a4b377a935744cda99990e2a87bb6d0b', 1, NULL, 'eefd9549ad11402db41892fabac52c784786ab4c5cf30a9ed2bd01c51f86570a', 'customer', 'Vikram Rao', 'Where is my order?', False, '', '', NULL, NULL, '2026-11-29 14:20:53.772000', 'f3e76355199a4dc1823e16abde7997e8', 'e113648a920c454aaa16c03af973254b'),
('5e59a0eb8f5a4529a1f18cd54e3acb1f', 2, NULL, '', 'system', '', 'Connected to Customer Care. An agent will help you shortly. We aim to answer within 15 minutes.', False, '', '', NULL, NULL, '2026-11-29 14:20:53.772000', NULL, 'e113648a920c454aaa16c03af973254b'),
('1c8789676f7743059dc0d012e9c4a6ca', 3, NULL, '', 'system', '', 'Asha Nair from Customer Care is helping you now.', False, '', '', NULL, NULL, '2026-11-29 14:20:53.789000', NULL, 'e113648a920c454aaa16c03af973254b'),
('c986744e45a04c799cbbe65c8f3a4955', 4, NULL, '', 'system', '', 'It came on Monday. Did that solve it?', False, '', '', NULL, NULL, '2026-11-29 14:20:53.807000', NULL, 'e113648a920c454aaa16c03af973254b'),
('8a40695ba41d40c3ab115cc1bba98b1a', 5, NULL, '', 'system', '', 'Glad that it is solved. This conversation is closed.', False, '', '', NULL, NULL, '2026-11-29 14:20:53.825000', NULL, 'e113648a920c454aaa16c03af973254b'),
('6a76b6983a2c4e38b64db31f10d02bf7', 1, NULL, '1094d23e838ab6e93b18b61857563abda66316f5b582431fde3ed86f9fefb5cb', 'customer', 'Ravi', 'Please call me about a bulk order', False, '', '', NULL, NULL, '2026-11-29 14:20:54.530000', '59a9d4bcb56c4f048eb7ac2b49b33cd9', '1b3d156d0b71412583ea73fca5d985cd'),
('23de27a2d5e44d86941bbec9bedf45d9', 2, NULL, '', 'system', '', 'Connected to Customer Care. An agent will help you shortly. We aim to answer within 1 hour.', False, '', '', NULL, NULL, '2026-11-29 14:20:54.530000', NULL, '1b3d156d0b71412583ea73fca5d985cd');
INSERT INTO "django_content_type" ("id", "app_label", "model") VALUES
(1, 'tickets', 'person'),
(2, 'tickets', 'order'),
(3, 'tickets', 'orderitem'),
(4, 'tickets', 'ticket'),
(5, 'tickets', 'message'),
(6, 'tickets', 'activity'),
(7, 'tickets', 'ticketevent'),
(8, 'tickets', 'tokenfamily'),
(9, 'tickets', 'viewer'),
(10, 'tickets', 'searchtext'),
(11, 'tickets', 'auditentry'),
(12, 'tickets', 'job'),
(13, 'tickets', 'allowance'),
(14, 'chatbot', 'article'),
(15, 'chatbot', 'product'),
(16, 'chatbot', 'spentidentity'),
(17, 'chatbot', 'chat'),
(18, 'chatbot', 'chatmessage'),
(19, 'chatbot', 'example'),
(20, 'chatbot', 'ordercode'),
(21, 'admin', 'logentry'),
(22, 'auth', 'permission'),
(23, 'auth', 'group'),
(24, 'contenttypes', 'contenttype'),
(25, 'sessions', 'session');
INSERT INTO "auth_permission" ("id", "content_type_id", "codename", "name") VALUES
(1, 1, 'add_person', 'Can add person'),
(2, 1, 'change_person', 'Can change person'),
(3, 1, 'delete_person', 'Can delete person'),
(4, 1, 'view_person', 'Can view person'),
(5, 2, 'add_order', 'Can add order'),
(6, 2, 'change_order', 'Can change order'),
(7, 2, 'delete_order', 'Can delete order'),
(8, 2, 'view_order', 'Can view order'),
(9, 3, 'add_orderitem', 'Can add order item'),
(10, 3, 'change_orderitem', 'Can change order item'),
(11, 3, 'delete_orderitem', 'Can delete order item'),
(12, 3, 'view_orderitem', 'Can view order item'),
(13, 4, 'add_ticket', 'Can add ticket'),
(14, 4, 'change_ticket', 'Can change ticket'),
(15, 4, 'delete_ticket', 'Can delete ticket'),
(16, 4, 'view_ticket', 'Can view ticket'),
(17, 5, 'add_message', 'Can add message'),
(18, 5, 'change_message', 'Can change message'),
(19, 5, 'delete_message', 'Can delete message'),
(20, 5, 'view_message', 'Can view message'),
(21, 6, 'add_activity', 'Can add activity'),
(22, 6, 'change_activity', 'Can change activity'),
(23, 6, 'delete_activity', 'Can delete activity'),
(24, 6, 'view_activity', 'Can view activity'),
(25, 7, 'add_ticketevent', 'Can add ticket event'),
(26, 7, 'change_ticketevent', 'Can change ticket event'),
(27, 7, 'delete_ticketevent', 'Can delete ticket event'),
(28, 7, 'view_ticketevent', 'Can view ticket event'),
(29, 8, 'add_tokenfamily', 'Can add token family'),
(30, 8, 'change_tokenfamily', 'Can change token family'),
(31, 8, 'delete_tokenfamily', 'Can delete token family'),
(32, 8, 'view_tokenfamily', 'Can view token family'),
(33, 9, 'add_viewer', 'Can add viewer'),
(34, 9, 'change_viewer', 'Can change viewer'),
(35, 9, 'delete_viewer', 'Can delete viewer'),
(36, 9, 'view_viewer', 'Can view viewer'),
(37, 10, 'add_searchtext', 'Can add search text'),
(38, 10, 'change_searchtext', 'Can change search text'),
(39, 10, 'delete_searchtext', 'Can delete search text'),
(40, 10, 'view_searchtext', 'Can view search text'),
(41, 11, 'add_auditentry', 'Can add audit entry'),
(42, 11, 'change_auditentry', 'Can change audit entry'),
(43, 11, 'delete_auditentry', 'Can delete audit entry'),
(44, 11, 'view_auditentry', 'Can view audit entry'),
(45, 12, 'add_job', 'Can add job'),
(46, 12, 'change_job', 'Can change job'),
(47, 12, 'delete_job', 'Can delete job'),
(48, 12, 'view_job', 'Can view job'),
(49, 13, 'add_allowance', 'Can add allowance'),
(50, 13, 'change_allowance', 'Can change allowance'),
(51, 13, 'delete_allowance', 'Can delete allowance'),
(52, 13, 'view_allowance', 'Can view allowance'),
(53, 14, 'add_article', 'Can add article'),
(54, 14, 'change_article', 'Can change article'),
(55, 14, 'delete_article', 'Can delete article'),
(56, 14, 'view_article', 'Can view article'),
(57, 15, 'add_product', 'Can add product'),
(58, 15, 'change_product', 'Can change product'),
(59, 15, 'delete_product', 'Can delete product'),
(60, 15, 'view_product', 'Can view product'),
(61, 16, 'add_spentidentity', 'Can add spent identity'),
(62, 16, 'change_spentidentity', 'Can change spent identity'),
(63, 16, 'delete_spentidentity', 'Can delete spent identity'),
(64, 16, 'view_spentidentity', 'Can view spent identity'),
(65, 17, 'add_chat', 'Can add chat'),
(66, 17, 'change_chat', 'Can change chat'),
(67, 17, 'delete_chat', 'Can delete chat'),
(68, 17, 'view_chat', 'Can view chat'),
(69, 18, 'add_chatmessage', 'Can add chat message'),
(70, 18, 'change_chatmessage', 'Can change chat message'),
(71, 18, 'delete_chatmessage', 'Can delete chat message'),
(72, 18, 'view_chatmessage', 'Can view chat message'),
(73, 19, 'add_example', 'Can add example'),
(74, 19, 'change_example', 'Can change example'),
(75, 19, 'delete_example', 'Can delete example'),
(76, 19, 'view_example', 'Can view example'),
(77, 20, 'add_ordercode', 'Can add order code'),
(78, 20, 'change_ordercode', 'Can change order code'),
(79, 20, 'delete_ordercode', 'Can delete order code'),
(80, 20, 'view_ordercode', 'Can view order code'),
(81, 21, 'add_logentry', 'Can add log entry'),
(82, 21, 'change_logentry', 'Can change log entry'),
(83, 21, 'delete_logentry', 'Can delete log entry'),
(84, 21, 'view_logentry', 'Can view log entry'),
(85, 22, 'add_permission', 'Can add permission'),
(86, 22, 'change_permission', 'Can change permission'),
(87, 22, 'delete_permission', 'Can delete permission'),
(88, 22, 'view_permission', 'Can view permission'),
(89, 23, 'add_group', 'Can add group'),
(90, 23, 'change_group', 'Can change group'),
(91, 23, 'delete_group', 'Can delete group'),
(92, 23, 'view_group', 'Can view group'),
(93, 24, 'add_contenttype', 'Can add content type'),
(94, 24, 'change_contenttype', 'Can change content type'),
(95, 24, 'delete_contenttype', 'Can delete content type'),
(96, 24, 'view_contenttype', 'Can view content type'),
(97, 25, 'add_session', 'Can add session'),
(98, 25, 'change_session', 'Can change session'),
(99, 25, 'delete_session', 'Can delete session'),
(100, 25, 'view_session', 'Can view session');
INSERT INTO "tickets_searchtext" ("ticket_id", "rank", "words") VALUES
('3af80904efed469698226365cbb2ef50', 914883624330771970, 'priya ~pria sharma ~sarma 91 90000 00110 919000000110 19000000110 9000000110 000000110 00000110 0000110 000110 0110 14761629 example com the box was crushed and two packets are open sorry about that could you send a picture here it is डिब्बा फटा था refund if courier'),
('e113648a920c454aaa16c03af973254b', 914883624622900441, 'vikram ~vikram rao 21544082 example com where is my order'),
('1b3d156d0b71412583ea73fca5d985cd', 914883627572449093, 'ravi ~ravi 95843559 example com please call me about a bulk order');
INSERT INTO "tickets_searchword" ("word") VALUES
('about'),
('bulk'),
('call'),
('could'),
('courier'),
('crushed'),
('example'),
('here'),
('open'),
('order'),
('packets'),
('picture'),
('please'),
('priya'),
('ravi'),
('refund'),
('send'),
('sharma'),
('sorry'),
('that'),
('vikram'),
('where'),
('डिब्बा');
INSERT INTO "chatbot_article" ("id", "slug", "title", "category", "body", "body_hinglish", "body_hi", "also_asked", "is_active", "updated_at") VALUES
('73416a0bb4be4e49bfb4c3323bc5c5c0', 'returns', 'Returns', 'other', 'Sealed packs may come back within 7 days.', '', '', 'how do i return
return policy
return kaise kare
wapas kaise karu
वापसी कैसे करें', True, '2026-11-29 14:20:53.614882');
INSERT INTO "chatbot_product" ("id", "sku", "name", "category", "price", "unit", "stock", "description", "ingredients", "shelf_life", "also_called", "image", "is_active", "updated_at") VALUES
('e18cea3615ea4351854cf5b0f79e9745', 'MAK-0', 'Peri Peri Makhana', 'Makhana', 299, '100 g', 20, '', '', '', 'makhane
fox nut
मखाना', '', True, '2026-11-29 14:20:53.605001'),
('fb1171fbf91b46cb803b450175af1c6d', 'MAK-1', 'Classic Makhana', 'Makhana', 249, '100 g', 20, '', '', '', 'makhane
fox nut
मखाना', '', True, '2026-11-29 14:20:53.609370'),
('6b2252aaa52a4a2fa30416383d92fca5', 'MAK-2', 'Masala Makhana', 'Makhana', 249, '100 g', 20, '', '', '', 'makhane
fox nut
मखाना', '', True, '2026-11-29 14:20:53.612191');
INSERT INTO "chatbot_chat" ("id", "language", "memory", "last_seq", "created_at", "updated_at", "person_id", "ticket_id") VALUES
('39cfb0b42fe7495ebf2025d8f9e13e75', 'en', '{"misses": 0, "sources": [], "product": "e18cea36-15ea-4351-854c-f5b0f79e9745", "turns": 2, "issue": {"category": "other", "priority": "medium", "intent": "talk_to_human", "words": "My package is damaged, I want to talk to a person", "why": "human"}}', 0, '2026-11-29 14:20:53.851972', '2026-11-29 14:20:54.510180', '4e3578721bb347c19139a51a29a2c60c', NULL);
INSERT INTO "chatbot_example" ("id", "text", "intent", "language", "is_issue", "created_at", "taught_by_id") VALUES
('9cf11f75b64240f1a0a5dec18828e32a', 'packet phata hua tha', 'product_issue', 'hinglish', True, '2026-11-29 14:20:53.617620', 'caa8d4853b9546f0a725715fc9294311');
INSERT INTO "chatbot_chatmessage" ("id", "seq", "client_id", "sender", "text", "reply", "intent", "helped", "created_at", "chat_id", "reviewed", "rule", "answers_id") VALUES
('50cf2009da444b1a9ae429b09ca1beae', 1, NULL, 'customer', 'Do you have peri peri makhana?', '{}', '', NULL, '2026-11-29 14:20:53.861480', '39cfb0b42fe7495ebf2025d8f9e13e75', False, '', NULL),
('84dafbf0fea446f5be57d7924acd2656', 2, NULL, 'ai', 'Peri Peri Makhana is ₹299 for 100 g. It''s in stock.', '{"text": "Peri Peri Makhana is \u20b9299 for 100 g. It''s in stock.", "intent": "product_query", "confidence": 1.0, "offerAgent": false, "category": null, "priority": null, "suggestions": [], "products": [{"id": "e18cea36-15ea-4351-854c-f5b0f79e9745", "sku": "MAK-0", "name": "Peri Peri Makhana", "price": 299.0, "unit": "100 g", "stock": 20, "description": "", "image": ""}], "order": null, "sources": [{"type": "product", "id": "e18cea36-15ea-4351-854c-f5b0f79e9745", "title": "Peri Peri Makhana"}], "asksHelp": true}', 'product_query', NULL, '2026-11-29 14:20:54.472197', '39cfb0b42fe7495ebf2025d8f9e13e75', False, 'a_bare_name', '50cf2009da444b1a9ae429b09ca1beae'),
('3d20b5077787448a8f8ba72ec95587c9', 3, NULL, 'customer', 'My package is damaged, I want to talk to a person', '{}', '', NULL, '2026-11-29 14:20:54.487006', '39cfb0b42fe7495ebf2025d8f9e13e75', False, '', NULL),
('532285e3f8f7450282c4e0aa8ec0a2da', 4, NULL, 'ai', 'Of course. Tap below and a person from our Customer Care takes over, with everything you told me.', '{"text": "Of course. Tap below and a person from our Customer Care takes over, with everything you told me.", "intent": "talk_to_human", "confidence": 0.977, "offerAgent": true, "category": "other", "priority": "medium", "suggestions": [], "products": [], "order": null, "sources": [], "asksHelp": false}', 'talk_to_human', NULL, '2026-11-29 14:20:54.509138', '39cfb0b42fe7495ebf2025d8f9e13e75', False, 'a_person_at_once', '3d20b5077787448a8f8ba72ec95587c9');
INSERT INTO "tickets_auditentry" ("id", "at", "actor_id", "actor_name", "deed", "ticket_id", "person_id", "what", "address") VALUES
('01a227ae2798704cbe61ba86ccb6e10c', '2026-11-29 14:20:54.552179', 'caa8d4853b9546f0a725715fc9294311', 'Meera Iyer', 'saw', '3af80904efed469698226365cbb2ef50', NULL, 'tickets', '203.0.113.7');
INSERT INTO "tickets_ticket" ("id", "number", "requester_name", "requester_email", "requester_phone", "order_number", "status", "priority", "category", "subject", "assignee_name", "resolution", "callback_requested", "callback_completed", "callback_note", "rating", "rating_comment", "created_at", "updated_at", "resolved_at", "closed_at", "first_response_due_at", "first_responded_at", "last_seq", "last_customer_seq", "preview", "read_by_agents", "read_by_requester", "unread_by_agents", "unread_by_requester", "client_id", "language", "handover", "assignee_id", "order_id", "requester_id", "answer_check_at", "mailed_to_requester", "previous_id") VALUES
('3af80904efed469698226365cbb2ef50', 14761629, 'Priya Sharma', 'priya@example.com', '+91 90000 00110', '', 'in-progress', 'high', 'product-issue', 'The box was crushed and two packets are open', 'Asha Nair', '', True, False, 'after six', NULL, '', '2026-11-29 14:20:53.619000', '2026-11-29 14:20:53.756000', NULL, NULL, '2026-11-29 14:35:53.619000', '2026-11-29 14:20:53.659000', 7, 5, 'Here it is, डिब्बा फटा था', 0, 0, 2, 1, NULL, '', '{}', 'f8d5f9b16e16455e90090c8697293942', NULL, '4e3578721bb347c19139a51a29a2c60c', '2026-11-29 14:35:53.619000', 0, NULL),
('e113648a920c454aaa16c03af973254b', 21544082, 'Vikram Rao', 'vikram@example.com', '', '', 'closed', 'high', 'delivery', 'Where is my order?', 'Asha Nair', 'It came on Monday', False, False, '', 5, 'Thanks', '2026-11-29 14:20:53.771000', '2026-11-29 14:20:53.825000', '2026-11-29 14:20:53.807000', '2026-11-29 14:20:53.825000', '2026-11-29 14:35:53.771000', NULL, 5, 1, 'Where is my order?', 0, 0, 1, 1, NULL, '', '{}', 'f8d5f9b16e16455e90090c8697293942', NULL, 'f3e76355199a4dc1823e16abde7997e8', '2026-11-29 14:35:53.771000', 0, NULL),
('1b3d156d0b71412583ea73fca5d985cd', 95843559, 'Ravi', 'ravi@example.com', '', '', 'open', 'medium', 'other', 'Please call me about a bulk order', '', '', False, False, '', NULL, '', '2026-11-29 14:20:54.529000', '2026-11-29 14:20:54.529000', NULL, NULL, '2026-11-29 15:20:54.529000', NULL, 2, 1, 'Please call me about a bulk order', 0, 0, 1, 0, 'none-f3343ad0-1c81-4caa-a708-bb1e58eb14de', 'en', '{}', NULL, NULL, '59a9d4bcb56c4f048eb7ac2b49b33cd9', '2026-11-29 15:20:54.529000', 0, NULL);
INSERT INTO "tickets_tokenfamily" ("id", "jti", "created_at", "revoked_at", "person_id", "used_at") VALUES
('232a4682b0d54a3b9eb22e98c4fce10e', '99b792eabfb04d2aa7e9ca5d73cdca53', '2026-11-29 14:20:54.542444', NULL, '4e3578721bb347c19139a51a29a2c60c', '2026-11-29 14:20:54.542450');
CREATE INDEX "orders_of_customer" ON "tickets_order" ("customer_id", "placed_at" DESC);
CREATE INDEX "person_by_email" ON "tickets_person" ("email");
CREATE INDEX "people_by_role" ON "tickets_person" ("role", "name");
CREATE INDEX "tickets_orderitem_order_id_4e22427d" ON "tickets_orderitem" ("order_id");
CREATE INDEX "activities_by_age" ON "tickets_activity" ("at");
CREATE INDEX "history_of_ticket" ON "tickets_ticketevent" ("ticket_id", "at");
CREATE INDEX "tickets_viewer_person_id_40d4be34" ON "tickets_viewer" ("person_id");
CREATE INDEX "django_admin_log_content_type_id_c4bce8eb" ON "django_admin_log" ("content_type_id");
CREATE INDEX "django_admin_log_user_id_c564eba6" ON "django_admin_log" ("user_id");
CREATE UNIQUE INDEX "django_content_type_app_label_model_76bd3d3b_uniq" ON "django_content_type" ("app_label", "model");
CREATE UNIQUE INDEX "auth_group_permissions_group_id_permission_id_0cd325b0_uniq" ON "auth_group_permissions" ("group_id", "permission_id");
CREATE INDEX "auth_group_permissions_group_id_b120cbf9" ON "auth_group_permissions" ("group_id");
CREATE INDEX "auth_group_permissions_permission_id_84c5c92e" ON "auth_group_permissions" ("permission_id");
CREATE UNIQUE INDEX "auth_permission_content_type_id_codename_01ab375a_uniq" ON "auth_permission" ("content_type_id", "codename");
CREATE INDEX "auth_permission_content_type_id_2f476e4b" ON "auth_permission" ("content_type_id");
CREATE INDEX "chats_of_person" ON "chatbot_chat" ("person_id", "created_at" DESC);
CREATE INDEX "chatbot_spentidentity_expires_at_66cd0d70" ON "chatbot_spentidentity" ("expires_at");
CREATE INDEX "chatbot_chat_ticket_id_ae60f7c1" ON "chatbot_chat" ("ticket_id");
CREATE INDEX "chatbot_example_taught_by_id_9a88d286" ON "chatbot_example" ("taught_by_id");
CREATE INDEX "chatbot_ordercode_chat_id_5270e17f" ON "chatbot_ordercode" ("chat_id");
CREATE INDEX "chatbot_ordercode_order_id_d8d766e8" ON "chatbot_ordercode" ("order_id");
CREATE INDEX "chats_by_use" ON "chatbot_chat" ("updated_at" DESC);
CREATE INDEX "lines_by_age" ON "chatbot_chatmessage" ("created_at" DESC);
CREATE INDEX "lines_by_intent" ON "chatbot_chatmessage" ("intent", "created_at" DESC);
CREATE INDEX "lines_by_helped" ON "chatbot_chatmessage" ("helped", "created_at" DESC);
CREATE INDEX "django_session_expire_date_a5c62663" ON "django_session" ("expire_date");
CREATE INDEX "tickets_ticket_order_id_17020515" ON "tickets_ticket" ("order_id");
CREATE INDEX "tickets_ticket_previous_id_a11e82d8" ON "tickets_ticket" ("previous_id");
CREATE INDEX "inbox" ON "tickets_ticket" ("updated_at" DESC, "id" DESC);
CREATE INDEX "inbox_by_status" ON "tickets_ticket" ("status", "updated_at" DESC, "id" DESC);
CREATE INDEX "inbox_by_priority" ON "tickets_ticket" ("priority", "updated_at" DESC, "id" DESC);
CREATE INDEX "inbox_by_category" ON "tickets_ticket" ("category", "updated_at" DESC, "id" DESC);
CREATE INDEX "inbox_by_assignee" ON "tickets_ticket" ("assignee_id", "updated_at" DESC, "id" DESC);
CREATE INDEX "own_tickets" ON "tickets_ticket" ("requester_id", "updated_at" DESC, "id" DESC);
CREATE INDEX "inbox_callbacks" ON "tickets_ticket" ("callback_requested", "callback_completed", "updated_at" DESC, "id" DESC);
CREATE INDEX "tickets_tokenfamily_person_id_95ad5de1" ON "tickets_tokenfamily" ("person_id");
CREATE INDEX "answers_to_check" ON "tickets_ticket" ("answer_check_at");
CREATE INDEX "audit_by_age" ON "tickets_auditentry" ("at" DESC);
CREATE INDEX "audit_of_ticket" ON "tickets_auditentry" ("ticket_id", "at" DESC);
CREATE INDEX "audit_of_person" ON "tickets_auditentry" ("person_id", "at" DESC);
CREATE INDEX "audit_of_actor" ON "tickets_auditentry" ("actor_id", "at" DESC);
CREATE INDEX "tickets_allowance_ends_at_a51ecf10" ON "tickets_allowance" ("ends_at");
CREATE INDEX "inbox_by_due_time" ON "tickets_ticket" ("status", "first_response_due_at", "id", "first_responded_at");
CREATE VIRTUAL TABLE tickets_searchindex USING fts5(
    words, content='tickets_searchtext', content_rowid='rank',
    tokenize="ascii tokenchars '~'", detail=none, columnsize=0, prefix='1 2 3'
);
INSERT INTO tickets_searchindex(tickets_searchindex) VALUES ('rebuild');
INSERT INTO tickets_searchindex(tickets_searchindex, rank) VALUES ('automerge', 8);
INSERT INTO tickets_searchindex(tickets_searchindex, rank) VALUES ('crisismerge', 64);
CREATE TRIGGER tickets_searchtext_added AFTER INSERT ON tickets_searchtext BEGIN
    INSERT INTO tickets_searchindex(rowid, words) VALUES (new.rank, new.words);
END;
CREATE TRIGGER tickets_searchtext_removed AFTER DELETE ON tickets_searchtext BEGIN
    INSERT INTO tickets_searchindex(tickets_searchindex, rowid, words) VALUES ('delete', old.rank, old.words);
END;
CREATE TRIGGER tickets_searchtext_changed AFTER UPDATE ON tickets_searchtext BEGIN
    INSERT INTO tickets_searchindex(tickets_searchindex, rowid, words) VALUES ('delete', old.rank, old.words);
    INSERT INTO tickets_searchindex(rowid, words) VALUES (new.rank, new.words);
END;
COMMIT;
