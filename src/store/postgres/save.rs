//! The rows that a batch has changed, into their tables: one statement for a table, however many rows,
//! and all of them sent at once.

use futures_util::future::{BoxFuture, join_all};
use tokio_postgres::types::ToSql;

use super::load::holder;
use super::session::{Session, is_lost};
use crate::domain::id::RequestId;
use crate::domain::merkle::Frontier;
use crate::domain::time::At;
use crate::store::StoreError;
use crate::store::batch::Head;
use crate::store::encode::json;
use crate::store::rows::{Begun, Recipients, RequestRow, Rows};

type Sent<'a> = BoxFuture<'a, Result<(), tokio_postgres::Error>>;
/// The values of one statement, each a column.
type Columns<'a> = Vec<Box<dyn ToSql + Sync + Send + 'a>>;

const RING: &str = "SELECT pg_notify('signoff', $1)";

/// Statements on their way, in their order.
pub(super) struct Flight<'a> {
    session: &'a Session,
    statements: Vec<(&'static str, Columns<'a>)>,
    /// The end of the log that other gates are woken for.
    ring: Option<String>,
}

/// Makes a boxed column of what an expression gives for each row.
macro_rules! columns {
    ($rows:expr, $row:ident => [$($column:expr),+ $(,)?]) => {
        vec![$(Box::new($rows.iter().map(|$row| $column).collect::<Vec<_>>()) as Box<dyn ToSql + Sync + Send>),+]
    };
}

impl<'a> Flight<'a> {
    pub(super) fn new(session: &'a Session) -> Self {
        Self {
            session,
            statements: Vec::new(),
            ring: None,
        }
    }

    fn add(&mut self, sql: &'static str, columns: Columns<'a>) {
        self.statements.push((sql, columns));
    }

    /// Prepares what wasn't sent before, sends everything and then COMMIT, and waits for all answers.
    pub(super) async fn commit(self) -> Result<Result<(), StoreError>, tokio_postgres::Error> {
        let session = self.session;
        let mut sent: Vec<Sent<'_>> = Vec::with_capacity(self.statements.len());
        for (sql, columns) in self.statements {
            let statement = match session.prepared(sql).await {
                Ok(statement) => statement,
                // Nothing was sent that could be committed.
                Err(error) => return Ok(Err(error.into())),
            };
            sent.push(Box::pin(async move {
                let params: Vec<&(dyn ToSql + Sync)> =
                    columns.iter().map(|column| &**column as _).collect();
                session.client.execute(&statement, &params).await.map(drop)
            }));
        }
        let ring = session.prepared(RING).await;
        let ring = async {
            if let (Ok(statement), Some(end)) = (&ring, &self.ring) {
                // Only a hint: a gate that misses it looks by and by.
                drop(session.client.query(statement, &[end]).await);
            }
        };
        // Each sends itself when it is first looked at, which is in their order. A transaction in which
        // one failed can't be committed: its COMMIT rolls back, and says so without an error.
        let (answers, committed, ()) = tokio::join!(
            biased;
            join_all(sent),
            session.client.batch_execute("COMMIT"),
            ring
        );
        let said = |error: &tokio_postgres::Error| error.as_db_error().is_some() && !is_lost(error);
        match (answers.into_iter().find_map(Result::err), committed) {
            (Some(error), _) if said(&error) => Ok(Err(error.into())),
            (_, Err(error)) if said(&error) => Ok(Err(error.into())),
            (_, committed) => committed.map(Ok),
        }
    }

    /// Wakes other gates when it has landed.
    pub(super) fn ring(&mut self, end: u64) {
        self.ring = Some(end.to_string());
    }

    /// Everything that was changed.
    pub(super) fn rows(&mut self, rows: &'a Rows<'_>) -> Result<(), StoreError> {
        self.log(rows);
        self.requests(rows)?;
        self.parties(rows);
        self.recipients(rows);
        self.tallies(rows);
        self.standing_facts(rows);
        self.bells(rows);
        self.beside(rows);
        Ok(())
    }

    /// Where the log ends, and the tree over it.
    pub(super) fn head(&mut self, head: Head, tree: &Frontier) {
        self.add(
            "UPDATE head SET position = $1, revision = $2, size = $3, frontier = $4",
            vec![
                Box::new(signed(head.position)),
                Box::new(signed(head.revision)),
                Box::new(signed(tree.size())),
                Box::new(tree.to_bytes()),
            ],
        );
    }

    fn log(&mut self, rows: &'a Rows<'_>) {
        if rows.log.is_empty() {
            return;
        }
        let columns = columns!(rows.log, row => [
            signed(row.position), row.body, &row.leaf[..], row.root.as_ref().map(|root| &root[..]),
        ]);
        self.add(
            "INSERT INTO log (position, body, leaf, root)
             SELECT * FROM unnest($1::bigint[], $2::text[], $3::bytea[], $4::bytea[])",
            columns,
        );
    }

    fn requests(&mut self, rows: &'a Rows<'_>) -> Result<(), StoreError> {
        let changed = rows.requests.iter().filter(|(_, kept)| kept.changed);
        let (mut made, mut moved) = (Vec::new(), Vec::new());
        for (id, kept) in changed {
            let row = Standing::of(*id, &kept.row)?;
            match &kept.row.begun {
                Some(begun) => made.push((row, begun)),
                None => moved.push(row),
            }
        }
        if !made.is_empty() {
            self.new_requests(&made);
        }
        if !moved.is_empty() {
            self.moved_requests(&moved);
        }
        Ok(())
    }

    fn new_requests(&mut self, made: &[(Standing<'a>, &'a Begun)]) {
        let mut columns = standing_columns(made.iter().map(|(standing, _)| standing));
        let begun: Vec<(&'a RequestRow, &'a Begun)> = made
            .iter()
            .map(|(standing, begun)| (standing.row, *begun))
            .collect();
        let begun: Columns<'a> = columns!(begun, row => [
            signed(row.1.asked), row.0.standing.agent.as_str(), row.1.action.as_str(),
            row.1.trigger.as_str(), row.0.waiting, row.1.on_behalf_of.as_deref(),
            row.1.conversation.as_deref(), row.1.node.as_deref(), row.1.rule.as_deref(),
            row.1.created_at.millis(),
        ]);
        columns.extend(begun);
        self.add(
            "INSERT INTO requests (id, version, standing, status, risk, updated_at, decided_at,
                 decided_by, told_at, claimed_by, claimed_at, due, leasable_at, urgency,
                 asked, agent, action, trigger, waiting, on_behalf_of, conversation, node, rule, created_at)
             SELECT * FROM unnest($1::bytea[], $2::bigint[], $3::text[], $4::text[], $5::bigint[],
                 $6::bigint[], $7::bigint[], $8::text[], $9::bigint[], $10::text[], $11::bigint[],
                 $12::bigint[], $13::bigint[], $14::bytea[], $15::bigint[], $16::text[], $17::text[],
                 $18::text[], $19::boolean[], $20::text[], $21::text[], $22::text[], $23::text[],
                 $24::bigint[])",
            columns,
        );
    }

    fn moved_requests(&mut self, moved: &[Standing<'a>]) {
        self.add(
            "UPDATE requests r SET version = n.version, standing = n.standing, status = n.status,
                 risk = n.risk, updated_at = n.updated_at, decided_at = n.decided_at,
                 decided_by = n.decided_by, told_at = n.told_at, claimed_by = n.claimed_by,
                 claimed_at = n.claimed_at, due = n.due, leasable_at = n.leasable_at, urgency = n.urgency
             FROM unnest($1::bytea[], $2::bigint[], $3::text[], $4::text[], $5::bigint[], $6::bigint[],
                 $7::bigint[], $8::text[], $9::bigint[], $10::text[], $11::bigint[], $12::bigint[],
                 $13::bigint[], $14::bytea[]) AS n (id, version, standing, status, risk, updated_at,
                 decided_at, decided_by, told_at, claimed_by, claimed_at, due, leasable_at, urgency)
             WHERE r.id = n.id",
            standing_columns(moved.iter()),
        );
    }

    fn parties(&mut self, rows: &'a Rows<'_>) {
        let changed: Vec<_> = rows
            .parties
            .iter()
            .flat_map(|(id, parties)| parties.iter().map(move |(who, kept)| (id, who, kept)))
            .filter(|(_, _, kept)| kept.changed)
            .map(|(id, who, kept)| (&id.as_bytes()[..], who.as_str(), &kept.row))
            .collect();
        if changed.is_empty() {
            return;
        }
        let columns = columns!(changed, row => [
            row.0, row.1, row.2.reviews, row.2.urgency.as_ref().map(|key| &key[..]),
            millis(row.2.decided_at), millis(row.2.snoozed_until), millis(row.2.opened_at),
            row.2.opened_digest.as_deref(), row.2.seen.map(i64::from),
        ]);
        self.add(
            "INSERT INTO parties (request, person, reviews, urgency, decided_at, snoozed_until, opened_at,
                 opened_digest, seen)
             SELECT * FROM unnest($1::bytea[], $2::text[], $3::boolean[], $4::bytea[], $5::bigint[],
                 $6::bigint[], $7::bigint[], $8::text[], $9::bigint[])
             ON CONFLICT (request, person) DO UPDATE SET reviews = excluded.reviews,
                 urgency = excluded.urgency, decided_at = excluded.decided_at,
                 snoozed_until = excluded.snoozed_until, opened_at = excluded.opened_at,
                 opened_digest = excluded.opened_digest, seen = excluded.seen",
            columns,
        );
    }

    fn recipients(&mut self, rows: &'a Rows<'_>) {
        let of = |pick: fn(&Recipients) -> &[String]| {
            let each = move |(id, reached): (&'a RequestId, &'a Recipients)| {
                let who = pick(reached).iter();
                who.map(move |who| (who.as_str(), &id.as_bytes()[..]))
            };
            rows.recipients.iter().flat_map(each).collect::<Vec<_>>()
        };
        for (sql, pairs) in [
            (
                "DELETE FROM recipients r USING unnest($1::text[], $2::bytea[]) AS g (recipient, request)
                 WHERE r.recipient = g.recipient AND r.request = g.request",
                of(|reached| &reached.before),
            ),
            (
                "INSERT INTO recipients (recipient, request)
                 SELECT * FROM unnest($1::text[], $2::bytea[]) ON CONFLICT DO NOTHING",
                of(|reached| &reached.now),
            ),
        ] {
            if !pairs.is_empty() {
                self.add(sql, columns!(pairs, row => [row.0, row.1]));
            }
        }
        if !rows.acquaintances.is_empty() {
            let who: Vec<&str> = rows.acquaintances.iter().map(String::as_str).collect();
            self.add(
                "INSERT INTO acquaintances (recipient) SELECT * FROM unnest($1::text[])
                 ON CONFLICT DO NOTHING",
                vec![Box::new(who)],
            );
        }
    }

    /// What is counted. It comes before `bells`, which say what is so whatever was counted.
    fn tallies(&mut self, rows: &'a Rows<'_>) {
        if rows.tallies.is_empty() {
            return;
        }
        let tallies: Vec<_> = rows.tallies.iter().collect();
        let columns = columns!(tallies, row => [
            row.0.as_str(), row.1.pending, row.1.parties, row.1.reviews, row.1.unseen,
        ]);
        self.add(
            "INSERT INTO tallies AS t (who, pending, parties, reviews, seen, unseen)
             SELECT who, pending, parties, reviews, 0, unseen
             FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[])
                 AS n (who, pending, parties, reviews, unseen)
             ON CONFLICT (who) DO UPDATE SET pending = t.pending + excluded.pending,
                 parties = t.parties + excluded.parties, reviews = t.reviews + excluded.reviews,
                 unseen = t.unseen + excluded.unseen",
            columns,
        );
    }

    /// What goes on beyond single requests.
    fn standing_facts(&mut self, rows: &'a Rows<'_>) {
        if !rows.owners.is_empty() {
            let owners: Vec<_> = rows.owners.iter().collect();
            let columns = columns!(owners, row => [
                row.0.0.as_str(), row.0.1.as_str(), row.0.2.as_str(), row.1.millis(),
            ]);
            self.add(
                "INSERT INTO owners (kind, id, owner, at)
                 SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[])
                 ON CONFLICT (kind, id, owner) DO UPDATE SET at = excluded.at",
                columns,
            );
        }
        if !rows.policies.is_empty() {
            let columns = columns!(rows.policies, row => [
                signed(row.version), row.at.millis(), row.by.as_str(), row.text.raw_for_execution(),
            ]);
            self.add(
                "INSERT INTO policies (version, at, by, text)
                 SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[])",
                columns,
            );
        }
        self.notices(rows);
        self.records(rows);
    }

    fn notices(&mut self, rows: &'a Rows<'_>) {
        let (there, gone): (Vec<_>, Vec<_>) = rows.notices.iter().partition(|(_, there)| **there);
        for (sql, notices) in [
            (
                "INSERT INTO notices (agent, request) SELECT * FROM unnest($1::text[], $2::bytea[])
                 ON CONFLICT DO NOTHING",
                there,
            ),
            (
                "DELETE FROM notices n USING unnest($1::text[], $2::bytea[]) AS g (agent, request)
                 WHERE n.agent = g.agent AND n.request = g.request",
                gone,
            ),
        ] {
            if !notices.is_empty() {
                let columns = columns!(notices, row => [
                    row.0.0.as_str(), &row.0.1.as_bytes()[..],
                ]);
                self.add(sql, columns);
            }
        }
    }

    fn records(&mut self, rows: &'a Rows<'_>) {
        let changed = rows.records.iter().filter(|(_, kept)| kept.changed);
        let changed = changed.map(|((kind, id), kept)| (*kind, id.as_str(), kept.row.as_deref()));
        let (there, gone): (Vec<_>, Vec<_>) = changed.partition(|(_, _, body)| body.is_some());
        if !there.is_empty() {
            let columns = columns!(there, row => [row.0, row.1, row.2]);
            self.add(
                "INSERT INTO records (kind, id, body)
                 SELECT * FROM unnest($1::text[], $2::text[], $3::text[])
                 ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body",
                columns,
            );
        }
        if !gone.is_empty() {
            let columns = columns!(gone, row => [row.0, row.1]);
            self.add(
                "DELETE FROM records r USING unnest($1::text[], $2::text[]) AS g (kind, id)
                 WHERE r.kind = g.kind AND r.id = g.id",
                columns,
            );
        }
    }

    fn bells(&mut self, rows: &'a Rows<'_>) {
        if !rows.notifications.is_empty() {
            let columns = columns!(rows.notifications, row => [
                row.person.as_str(), signed(row.position),
                row.request.as_ref().map(|id| &id.as_bytes()[..]),
            ]);
            self.add(
                "INSERT INTO notifications (person, position, request)
                 SELECT * FROM unnest($1::text[], $2::bigint[], $3::bytea[])",
                columns,
            );
        }
        if !rows.bells.is_empty() {
            let bells: Vec<_> = rows.bells.iter().collect();
            let columns = columns!(bells, row => [
                row.0.as_str(), signed(row.1.seen), signed(row.1.unseen),
            ]);
            self.add(
                "INSERT INTO tallies (who, pending, parties, reviews, seen, unseen)
                 SELECT who, 0, 0, 0, seen, unseen
                 FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS n (who, seen, unseen)
                 ON CONFLICT (who) DO UPDATE SET seen = excluded.seen, unseen = excluded.unseen",
                columns,
            );
        }
    }

    /// What is kept beside the log.
    fn beside(&mut self, rows: &'a Rows<'_>) {
        if !rows.payloads.is_empty() {
            // Going back to parameters that were there before, byte for byte or not, keeps the first ones.
            let columns = columns!(rows.payloads, payload => [
                &payload.request.as_bytes()[..], payload.digest.to_string(), payload.params.text(),
            ]);
            self.add(
                "INSERT INTO payloads (request, digest, params)
                 SELECT * FROM unnest($1::bytea[], $2::text[], $3::text[]) ON CONFLICT DO NOTHING",
                columns,
            );
        }
        if !rows.checkpoints.is_empty() {
            let checkpoints: Vec<_> = rows.checkpoints.iter().collect();
            let columns = columns!(checkpoints, row => [
                &row.0.as_bytes()[..], row.1.media.as_str(), &row.1.bytes[..],
            ]);
            self.add(
                "INSERT INTO checkpoints (request, media, body)
                 SELECT * FROM unnest($1::bytea[], $2::text[], $3::bytea[])
                 ON CONFLICT (request) DO UPDATE SET media = excluded.media, body = excluded.body",
                columns,
            );
        }
        let claims = rows.claims.iter().filter(|kept| kept.changed);
        let claims: Vec<_> = claims.map(|kept| &kept.row).collect();
        if !claims.is_empty() {
            let columns = columns!(claims, claim => [
                holder(&claim.holder), claim.key.as_str(), &claim.fingerprint[..],
                claim.target.as_str(), claim.at.millis(),
            ]);
            self.add(
                "INSERT INTO claims (holder, key, fingerprint, target, at)
                 SELECT * FROM unnest($1::text[], $2::text[], $3::bytea[], $4::text[], $5::bigint[])
                 ON CONFLICT (holder, key) DO UPDATE SET fingerprint = excluded.fingerprint,
                     target = excluded.target, at = excluded.at",
                columns,
            );
        }
    }
}

/// Where a request stands, as its columns say it.
struct Standing<'a> {
    id: RequestId,
    row: &'a RequestRow,
    body: String,
}

impl<'a> Standing<'a> {
    fn of(id: RequestId, row: &'a RequestRow) -> Result<Self, StoreError> {
        let body = json(&row.standing)?;
        Ok(Self { id, row, body })
    }
}

/// The columns that change while a request goes on.
fn standing_columns<'a, 's>(rows: impl Iterator<Item = &'s Standing<'a>>) -> Columns<'a>
where
    'a: 's,
{
    let rows: Vec<&Standing<'a>> = rows.collect();
    columns!(rows, of => [
        of.id.as_bytes().to_vec(), i64::from(of.row.standing.version), of.body.clone(),
        of.row.standing.status().word(), i64::from(of.row.standing.risk.level as u8),
        of.row.updated_at.millis(), millis(of.row.decided_at), of.row.decided_by.as_deref(),
        millis(of.row.told_at), of.row.claimed_by.as_deref(), millis(of.row.claimed_at),
        millis(of.row.standing.due()), millis(of.row.leasable_at()),
        of.row.urgency(of.id).map(Vec::from),
    ])
}

fn millis(at: Option<At>) -> Option<i64> {
    at.map(At::millis)
}

/// No column holds a larger number.
pub(super) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
