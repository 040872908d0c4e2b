"""The questions in SQL that SQLite, PostgreSQL and DuckDB all understand.

In the best form known for each: groups are closed before people are joined to them, permissions
are pushed down the inventory instead of being climbed to, and each step is a table with an index.
"""

REACH = """
CREATE TEMP TABLE reach AS
WITH RECURSIVE r(grp, principal) AS (
  SELECT "group", principal FROM bearer
  UNION
  SELECT n.child, r.principal FROM r JOIN nested n ON n.parent = r.grp
) SELECT grp, principal FROM r
"""

PAIRS_GROUPS_FIRST = (
    REACH,
    """
SELECT count(*) FROM (
  SELECT DISTINCT m.account, r.principal FROM member m JOIN reach r ON r.grp = m."group"
) AS pairs
""",
)

PAIRS_PER_ACCOUNT = (
    """
WITH RECURSIVE r(account, grp) AS (
  SELECT account, "group" FROM member
  UNION
  SELECT r.account, n.parent FROM r JOIN nested n ON n.child = r.grp
) SELECT count(*) FROM (
  SELECT DISTINCT r.account, b.principal FROM r JOIN bearer b ON b."group" = r.grp
) AS pairs
""",
)

RIGHTS = (
    REACH,
    "CREATE INDEX reach_grp ON reach (grp)",
    """
CREATE TEMP TABLE hit AS
SELECT h.account, e.node, e.role, e.propagates, e.direct
FROM (
  SELECT m.account, r.principal
  FROM chosen c
  JOIN person p ON p.identity = c.identity
  JOIN member m ON m.account = p.account
  JOIN reach r ON r.grp = m."group"
  UNION
  SELECT n.account, n.principal
  FROM chosen c
  JOIN person p ON p.identity = c.identity
  JOIN named n ON n.account = p.account
) AS h
JOIN entry e ON e.principal = h.principal
""",
    """
CREATE TEMP TABLE own AS
SELECT DISTINCT account, node, role FROM (
  SELECT account, node, role, direct, max(direct) OVER (PARTITION BY account, node) AS best
  FROM hit
) AS here WHERE direct = best
""",
    """
CREATE TEMP TABLE passing AS
SELECT DISTINCT account, node, role FROM (
  SELECT account, node, role, direct, max(direct) OVER (PARTITION BY account, node) AS best
  FROM hit WHERE propagates = 1
) AS here WHERE direct = best
""",
    "CREATE TEMP TABLE own_at AS SELECT DISTINCT account, node FROM own",
    "CREATE INDEX own_at_both ON own_at (account, node)",
    "CREATE TEMP TABLE passing_at AS SELECT DISTINCT account, node FROM passing",
    "CREATE INDEX passing_at_both ON passing_at (account, node)",
    "CREATE INDEX passing_both ON passing (account, node)",
    """
CREATE TEMP TABLE below AS
WITH RECURSIVE b(account, node, source) AS (
  SELECT p.account, e.child, p.node FROM passing_at p JOIN edge e ON e.parent = p.node
  UNION
  SELECT b.account, e.child, b.source
  FROM b
  JOIN edge e ON e.parent = b.node
  LEFT JOIN passing_at p ON p.account = b.account AND p.node = b.node
  WHERE p.account IS NULL
) SELECT account, node, source FROM b
""",
    """
CREATE TEMP TABLE decided AS
SELECT account, node, role FROM own
UNION
SELECT b.account, b.node, p.role
FROM below b
JOIN passing p ON p.account = b.account AND p.node = b.source
LEFT JOIN own_at o ON o.account = b.account AND o.node = b.node
WHERE o.account IS NULL
""",
)
"""Afterwards ``decided`` holds every role of every chosen account on every node."""

JUDGED = """
WITH able AS (
  SELECT DISTINCT p.identity, en.entity, w.duty, w.privilege
  FROM decided d
  JOIN person p ON p.account = d.account
  JOIN entity en ON en.node = d.node
  JOIN power w ON w.role = d.role
  WHERE en.machine = 1
), counted AS (
  SELECT identity, entity,
    sum(CASE WHEN duty = {grant} THEN 1 ELSE 0 END) AS granting,
    sum(CASE WHEN duty = {vm_admin} THEN 1 ELSE 0 END) AS managing
  FROM able GROUP BY identity, entity
)
SELECT 'SOD-002', identity, count(*) FROM counted
WHERE granting > 1 AND managing > 0 GROUP BY identity
UNION ALL
SELECT 'RCH-001', identity, count(*) FROM counted
WHERE managing > 0 GROUP BY identity HAVING count(*) > {max_objects}
"""

MADE = ("reach", "hit", "own", "passing", "own_at", "passing_at", "below", "decided")
"""The tables that the statements above make, to be dropped before they run again."""

INDEXES = (
    "CREATE INDEX member_account ON member (account)",
    'CREATE INDEX member_group ON member ("group")',
    "CREATE INDEX nested_parent ON nested (parent)",
    "CREATE INDEX nested_child ON nested (child)",
    'CREATE INDEX bearer_group ON bearer ("group")',
    "CREATE INDEX named_account ON named (account)",
    "CREATE INDEX entry_principal ON entry (principal)",
    "CREATE INDEX edge_parent ON edge (parent)",
    "CREATE INDEX entity_node ON entity (node)",
    "CREATE INDEX person_identity ON person (identity)",
    "CREATE INDEX person_account ON person (account)",
    "CREATE INDEX power_role ON power (role)",
)
