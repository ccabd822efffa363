//! The half that reads. What is read quickly and what may take its time go over connections of their own,
//! so that no short question waits for a long answer.

use std::sync::Arc;

use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use super::address::Address;
use super::ends::Ends;
use super::save::signed;
use super::session::{Line, Params};
use super::{aside, bell, positive, stats};
use crate::domain::digest::Digest;
use crate::domain::event::{Event, Fact};
use crate::domain::id::{ActionName, AgentId, PersonId, RequestId};
use crate::domain::merkle::Frontier;
use crate::domain::people::Holder;
use crate::domain::request::Resource;
use crate::domain::review::Reviewer;
use crate::domain::stats::Waiting;
use crate::domain::time::At;
use crate::domain::untrusted::Untrusted;
use crate::domain::workspace::Workspace;
use crate::store::encode::{self, id, raw, read_json, read_word};
use crate::store::list::{self, Counts, Dialect, Value};
use crate::store::recent::{Known, Recent};
use crate::store::{
    AsOf, Audience, Bell, Beside, Checkpoint, Claim, Courtesy, Decisions, Entry, Hashed, Listed,
    Payload, PolicyVersion, Query, Read, Reply, StoreError, Stored,
};

/// What every query for requests selects; [`request`] reads it. The event that asked it is read from the
/// log, where it stands anyway.
const REQUEST_COLUMNS: &str = "r.id, r.standing, r.created_at, r.updated_at, r.told_at, r.claimed_by, \
     r.claimed_at, l.body";

/// The words of this database.
const POSTGRES: Dialect = Dialect {
    join: "JOIN",
    title: "((l.body::json #>> '{data,title}') COLLATE \"C\")",
    headline: "((l.body::json #>> '{data,headline}') COLLATE \"C\")",
    place_of: "strpos",
    reached: "json_array_elements_text(r.standing::json -> 'recipients') AS c (value)",
};

pub(super) struct Reader {
    quick: Arc<Line>,
    long: Line,
    ends: Ends,
    recent: Recent,
}

impl Reader {
    pub(super) fn new(address: &Address, recent: Recent) -> Self {
        let quick = Arc::new(Line::new(address, recent.clone()));
        Self {
            ends: Ends::over(&quick, &recent),
            quick,
            long: Line::new(address, recent.clone()),
            recent,
        }
    }

    async fn page(&self, query: &Query) -> Result<Listed, StoreError> {
        let page = list::page(query, REQUEST_COLUMNS, &POSTGRES)?;
        let counts = Counts {
            total: self.count(page.total).await?,
            put_off: self.count(page.put_off).await?,
            found: self.count(page.found).await?,
        };
        let rows = self.select(&page.items).await?;
        let items = rows.iter().map(request).collect::<Result<_, _>>()?;
        Ok(list::listed(query, items, counts))
    }

    async fn count(&self, select: Option<list::Select>) -> Result<Option<u64>, StoreError> {
        let Some(select) = select else {
            return Ok(None);
        };
        let rows = self.select(&select).await?;
        let count = rows.first().map(|row| row.try_get(0)).transpose()?;
        count.map(positive).transpose()
    }

    async fn select(&self, select: &list::Select) -> Result<Vec<Row>, StoreError> {
        let values: Vec<&(dyn ToSql + Sync)> = select
            .values
            .iter()
            .map(|value| match value {
                Value::Integer(number) => number as _,
                Value::Text(text) => text as _,
                Value::Bytes(bytes) => bytes as _,
            })
            .collect();
        self.long.query(&numbered(&select.sql), &values).await
    }

    async fn entries(&self, after: u64, limit: u32) -> Result<Vec<Row>, StoreError> {
        let sql =
            "SELECT position, body, leaf FROM log WHERE position > $1 ORDER BY position LIMIT $2";
        let values: Params<'_> = &[&signed(after), &i64::from(limit)];
        self.long.query(sql, values).await
    }

    async fn read_workspace(&self) -> Result<AsOf, StoreError> {
        // One statement sees one moment.
        let sql = "SELECT position, revision, NULL, NULL, NULL::bigint FROM head
             UNION ALL SELECT NULL, NULL, kind, body, NULL FROM records
             UNION ALL (SELECT NULL, NULL, by, text, version FROM policies ORDER BY version DESC LIMIT 1)";
        let mut workspace = Workspace::default();
        let (mut position, mut revision) = (None, None);
        for row in self.long.query(sql, &[]).await? {
            let ends: (Option<i64>, Option<i64>) = (row.try_get(0)?, row.try_get(1)?);
            if let (Some(end), Some(count)) = ends {
                (position, revision) = (Some(positive(end)?), Some(positive(count)?));
                continue;
            }
            let (word, text): (&str, &str) = (row.try_get(2)?, row.try_get(3)?);
            match row.try_get::<_, Option<i64>>(4)? {
                None => encode::add_record(&mut workspace, word, text)?,
                Some(version) => {
                    workspace.policy = Some(encode::in_force(PolicyVersion {
                        version: positive(version)?,
                        at: At::from_millis(0),
                        by: read_word(word)?,
                        text: Untrusted::from(text.to_owned()),
                    }));
                }
            }
        }
        let missing = || StoreError::Damaged("the head of the log is missing".to_owned());
        workspace.revision = revision.ok_or_else(missing)?;
        Ok(AsOf {
            position: position.ok_or_else(missing)?,
            workspace,
        })
    }

    /// One request. One of which it is certain how it was isn't read at all.
    async fn find_request(
        &self,
        id: RequestId,
        since: Option<u64>,
    ) -> Result<Option<Stored>, StoreError> {
        let since = match since {
            None if self.recent.is_certain(id) => Some(self.ends.now().await?),
            since => since,
        };
        let certain = since.and_then(|since| self.recent.stored(id, since));
        if certain.is_some() {
            return Ok(certain);
        }
        let found = self.read_request(id).await?;
        Ok(found.map(|stored| Stored {
            as_of: since,
            ..stored
        }))
    }

    /// Reads one request. Of one that is known at its newest version only the row is read.
    async fn read_request(&self, id: RequestId) -> Result<Option<Stored>, StoreError> {
        if let Some(known) = self.recent.find(id) {
            let sql = "SELECT updated_at, told_at, claimed_by, claimed_at FROM requests
                 WHERE id = $1 AND version = $2";
            let values: Params<'_> = &[&&id.as_bytes()[..], &i64::from(known.standing.version)];
            if let Some(row) = self.quick.query_opt(sql, values).await? {
                return Ok(Some(Stored {
                    asked: known.asked,
                    standing: known.standing,
                    created_at: known.created_at,
                    updated_at: At::from_millis(row.try_get(0)?),
                    told_at: super::load::at(&row, 1)?,
                    claim: courtesy(&row, 2)?,
                    as_of: None,
                }));
            }
        }
        let sql =
            requests_from("FROM requests r JOIN log l ON l.position = r.asked WHERE r.id = $1");
        let row = self.quick.query_opt(&sql, &[&&id.as_bytes()[..]]).await?;
        let Some(row) = row else {
            return Ok(None);
        };
        let stored = request(&row)?;
        let (standing, body): (&str, &str) = (row.try_get(1)?, row.try_get(7)?);
        let bytes = standing.len() + body.len();
        self.recent.keep(Known::of(&stored, bytes));
        Ok(Some(stored))
    }

    async fn find_claim(&self, holder: &Holder, key: &str) -> Result<Option<Claim>, StoreError> {
        let sql = "SELECT fingerprint, target, at FROM claims WHERE holder = $1 AND key = $2";
        let values: Params<'_> = &[&holder.actor().to_string(), &key];
        let Some(row) = self.quick.query_opt(sql, values).await? else {
            return Ok(None);
        };
        let fingerprint = row.try_get::<_, &[u8]>(0)?.try_into();
        Ok(Some(Claim {
            holder: holder.clone(),
            key: key.to_owned(),
            fingerprint: fingerprint
                .map_err(|_| StoreError::Damaged("a fingerprint has 32 bytes".to_owned()))?,
            target: row.try_get(1)?,
            at: At::from_millis(row.try_get(2)?),
        }))
    }
}

/// A statement with numbers for its question marks; no text stands in it.
fn numbered(sql: &str) -> String {
    let mut parts = sql.split('?');
    let mut numbered = parts.next().unwrap_or_default().to_owned();
    for (at, part) in parts.enumerate() {
        numbered.push_str(&format!("${}{part}", at + 1));
    }
    numbered
}

/// Reads one row of [`REQUEST_COLUMNS`].
fn request(row: &Row) -> Result<Stored, StoreError> {
    let id = id(row.try_get(0)?)?;
    let Fact::Asked(asked) = Event::from_body(row.try_get(7)?)?.fact else {
        return Err(StoreError::Damaged(format!(
            "the log doesn't say how {id} was asked"
        )));
    };
    Ok(Stored {
        asked: asked.share(),
        standing: Arc::new(read_json(row.try_get(1)?)?),
        created_at: At::from_millis(row.try_get(2)?),
        updated_at: At::from_millis(row.try_get(3)?),
        told_at: super::load::at(row, 4)?,
        claim: courtesy(row, 5)?,
        as_of: None,
    })
}

/// Who took it on and when they were last heard of, in two columns.
fn courtesy(row: &Row, index: usize) -> Result<Option<Courtesy>, StoreError> {
    let by: Option<&str> = row.try_get(index)?;
    let claim = by.map(read_word).transpose()?;
    let claim = claim.zip(super::load::at(row, index + 1)?);
    Ok(claim.map(|(by, heard_at)| Courtesy { by, heard_at }))
}

fn entry(row: &Row) -> Result<Entry, StoreError> {
    Ok(Entry {
        position: positive(row.try_get(0)?)?,
        body: raw(row.try_get(1)?)?,
    })
}

fn hashed(row: &Row) -> Result<Hashed, StoreError> {
    let leaf = row.try_get::<_, &[u8]>(2)?.try_into();
    Ok(Hashed {
        entry: entry(row)?,
        leaf: leaf.map_err(|_| StoreError::Damaged("a leaf has 32 bytes".to_owned()))?,
    })
}

impl Read for Reader {
    fn head(&self) -> Reply<'_, u64> {
        Box::pin(async {
            let row = self.quick.query_one("SELECT position FROM head", &[]);
            positive(row.await?.try_get(0)?)
        })
    }

    fn tree(&self) -> Reply<'_, Frontier> {
        Box::pin(async {
            let row = self.quick.query_one("SELECT size, frontier FROM head", &[]);
            let row = row.await?;
            let tree = Frontier::from_bytes(positive(row.try_get(0)?)?, row.try_get(1)?);
            tree.map_err(|error| StoreError::Damaged(error.to_string()))
        })
    }

    fn workspace(&self) -> Reply<'_, AsOf> {
        Box::pin(self.read_workspace())
    }

    fn request(&self, id: RequestId) -> Reply<'_, Option<Stored>> {
        Box::pin(self.find_request(id, None))
    }

    fn request_since(&self, id: RequestId, position: Option<u64>) -> Reply<'_, Option<Stored>> {
        Box::pin(self.find_request(id, position))
    }

    fn is_party<'a>(&'a self, id: RequestId, person: &'a PersonId) -> Reply<'a, bool> {
        Box::pin(async move {
            let sql = "SELECT 1 FROM parties WHERE request = $1 AND person = $2";
            let values: Params<'_> = &[&&id.as_bytes()[..], &person.as_str()];
            Ok(self.quick.query_opt(sql, values).await?.is_some())
        })
    }

    fn payload(&self, id: RequestId, digest: Digest) -> Reply<'_, Option<Payload>> {
        if let Some(payload) = self.recent.payload(id, digest) {
            return Box::pin(std::future::ready(Ok(Some(payload))));
        }
        Box::pin(async move {
            let sql = "SELECT params FROM payloads WHERE request = $1 AND digest = $2";
            let values: Params<'_> = &[&&id.as_bytes()[..], &digest.to_string()];
            let Some(row) = self.quick.query_opt(sql, values).await? else {
                return Ok(None);
            };
            Ok(Some(Payload {
                request: id,
                digest,
                params: raw(row.try_get(0)?)?,
            }))
        })
    }

    fn checkpoint(&self, id: RequestId) -> Reply<'_, Option<Checkpoint>> {
        Box::pin(async move {
            let sql = "SELECT media, body FROM checkpoints WHERE request = $1";
            let row = self.quick.query_opt(sql, &[&&id.as_bytes()[..]]).await?;
            let Some(row) = row else {
                return Ok(None);
            };
            Ok(Some(Checkpoint {
                media: row.try_get(0)?,
                bytes: row.try_get::<_, Vec<u8>>(1)?.into(),
            }))
        })
    }

    fn pending_of<'a>(&'a self, agent: &'a AgentId) -> Reply<'a, u64> {
        Box::pin(async move {
            let sql = "SELECT pending FROM tallies WHERE who = $1";
            let row = self.quick.query_opt(sql, &[&agent.as_str()]).await?;
            row.map_or(Ok(0), |row| positive(row.try_get(0)?))
        })
    }

    fn beside(&self, stored: &Stored, with_checkpoint: bool) -> Reply<'_, Beside> {
        let (id, digest) = (stored.asked.id, stored.standing.digest);
        let certain = stored.as_of.and_then(|since| {
            let recent = &self.recent;
            recent.beside(id, digest, with_checkpoint, since)
        });
        if let Some(beside) = certain {
            return Box::pin(std::future::ready(Ok(beside)));
        }
        Box::pin(aside::beside(
            &self.quick,
            &self.recent,
            id,
            digest,
            with_checkpoint,
        ))
    }

    fn strangers<'a>(&'a self, recipients: &'a [String]) -> Reply<'a, Vec<String>> {
        Box::pin(async move {
            let unknown = self.recent.unacquainted(recipients);
            if unknown.is_empty() {
                return Ok(unknown);
            }
            let strangers = aside::strangers(&self.quick, &unknown).await?;
            let known = unknown.iter().filter(|who| !strangers.contains(who));
            self.recent.acquainted(known);
            Ok(strangers)
        })
    }

    fn other_owner<'a>(
        &'a self,
        resource: &'a Resource,
        owner: &'a PersonId,
        since: At,
    ) -> Reply<'a, bool> {
        Box::pin(aside::other_owner(&self.quick, resource, owner, since))
    }

    fn waiting_for<'a>(
        &'a self,
        reviewer: &'a Reviewer,
        after: Option<RequestId>,
        limit: u32,
    ) -> Reply<'a, Vec<RequestId>> {
        Box::pin(aside::waiting_for(&self.quick, reviewer, after, limit))
    }

    fn leasable(&self, actions: Vec<ActionName>, now: At, limit: u32) -> Reply<'_, Vec<RequestId>> {
        Box::pin(async move { aside::leasable(&self.quick, &actions, now, limit).await })
    }

    fn next_leasable(&self, actions: Vec<ActionName>, now: At) -> Reply<'_, Option<At>> {
        Box::pin(async move { aside::next_leasable(&self.quick, &actions, now).await })
    }

    fn policies(&self, before: Option<u64>, limit: u32) -> Reply<'_, Vec<PolicyVersion>> {
        Box::pin(aside::policies(
            &self.quick,
            before.unwrap_or(u64::MAX),
            limit,
        ))
    }

    fn policy(&self, version: u64) -> Reply<'_, Option<PolicyVersion>> {
        Box::pin(async move {
            let found = aside::policies(&self.quick, version.saturating_add(1), 1).await?;
            Ok(found.into_iter().find(|found| found.version == version))
        })
    }

    fn list(&self, query: Query) -> Reply<'_, Listed> {
        Box::pin(async move { self.page(&query).await })
    }

    fn due(&self, now: At, limit: u32) -> Reply<'_, Vec<RequestId>> {
        Box::pin(async move {
            let sql = "SELECT id FROM requests WHERE due IS NOT NULL AND due <= $1 ORDER BY due, id LIMIT $2";
            let values: Params<'_> = &[&now.millis(), &i64::from(limit)];
            aside::ids(&self.long.query(sql, values).await?)
        })
    }

    fn next_due(&self) -> Reply<'_, Option<At>> {
        Box::pin(async {
            let sql = "SELECT min(due) FROM requests WHERE due IS NOT NULL";
            Ok(super::load::at(&self.quick.query_one(sql, &[]).await?, 0)?)
        })
    }

    fn open_requests(&self, after: Option<RequestId>, limit: u32) -> Reply<'_, Vec<Stored>> {
        Box::pin(async move {
            let after = after.map_or(Vec::new(), |id| id.as_bytes().to_vec());
            let sql = requests_from(
                "FROM requests r JOIN log l ON l.position = r.asked
                 WHERE r.id > $1 AND (r.status IN ('pending', 'approved') OR r.leasable_at IS NOT NULL)
                 ORDER BY r.id LIMIT $2",
            );
            let rows = self.long.query(&sql, &[&after, &i64::from(limit)]).await?;
            rows.iter().map(request).collect()
        })
    }

    fn log(&self, after: u64, limit: u32) -> Reply<'_, Vec<Entry>> {
        Box::pin(async move {
            let rows = self.entries(after, limit).await?;
            rows.iter().map(entry).collect()
        })
    }

    fn hashed_log(&self, after: u64, limit: u32) -> Reply<'_, Vec<Hashed>> {
        Box::pin(async move {
            let rows = self.entries(after, limit).await?;
            rows.iter().map(hashed).collect()
        })
    }

    fn claim<'a>(&'a self, holder: &'a Holder, key: &'a str) -> Reply<'a, Option<Claim>> {
        Box::pin(self.find_claim(holder, key))
    }

    fn waiting(&self, audience: Audience, now: At) -> Reply<'_, Waiting> {
        Box::pin(stats::waiting(&self.long, audience, now))
    }

    fn decisions(&self, audience: Audience, since: At) -> Reply<'_, Decisions> {
        Box::pin(stats::decisions(&self.long, audience, since))
    }

    fn notices<'a>(&'a self, agent: &'a AgentId, limit: u32) -> Reply<'a, Vec<Stored>> {
        Box::pin(async move {
            let sql = requests_from(
                "FROM notices n JOIN requests r ON r.id = n.request JOIN log l ON l.position = r.asked
                 WHERE n.agent = $1 ORDER BY n.request LIMIT $2",
            );
            let values: Params<'_> = &[&agent.as_str(), &i64::from(limit)];
            let rows = self.quick.query(&sql, values).await?;
            rows.iter().map(request).collect()
        })
    }

    fn bell<'a>(
        &'a self,
        person: &'a PersonId,
        only_unseen: bool,
        before: Option<u64>,
        limit: u32,
    ) -> Reply<'a, Bell> {
        Box::pin(bell::read(&self.quick, person, only_unseen, before, limit))
    }
}

/// A query for requests, from its beginning at FROM.
fn requests_from(from: &str) -> String {
    format!("SELECT {REQUEST_COLUMNS} {from}")
}
