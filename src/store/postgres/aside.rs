//! What is read beside requests: who looked at them, whom they reach, who may take them, the saved
//! versions of the policy.

use tokio_postgres::Row;

use super::load::at;
use super::positive;
use super::save::signed;
use super::session::{Line, Params};
use crate::domain::id::{ActionName, PersonId, RequestId};
use crate::domain::request::Resource;
use crate::domain::review::Reviewer;
use crate::domain::time::At;
use crate::domain::untrusted::Untrusted;
use crate::store::encode::{id, read_word};
use crate::store::{Attention, PolicyVersion, Seen, StoreError};

pub(super) async fn attention(from: &Line, id: RequestId) -> Result<Vec<Attention>, StoreError> {
    let sql = "SELECT person, snoozed_until, opened_at, opened_digest, seen FROM parties
         WHERE request = $1 AND (snoozed_until IS NOT NULL OR opened_at IS NOT NULL) ORDER BY person";
    let rows = from.query(sql, &[&&id.as_bytes()[..]]).await?;
    rows.iter().map(attention_of).collect()
}

fn attention_of(row: &Row) -> Result<Attention, StoreError> {
    let digest: Option<&str> = row.try_get(3)?;
    let digest = digest.map(read_word).transpose()?;
    let seen: Option<i64> = row.try_get(4)?;
    let seen = u32::try_from(seen.unwrap_or(0))
        .map_err(|_| StoreError::Damaged("what was seen is no share".to_owned()))?;
    Ok(Attention {
        person: read_word(row.try_get(0)?)?,
        snoozed_until: at(row, 1)?,
        opened: at(row, 2)?
            .zip(digest)
            .map(|(at, digest)| Seen { at, digest, seen }),
    })
}

pub(super) async fn strangers(
    from: &Line,
    recipients: &[String],
) -> Result<Vec<String>, StoreError> {
    // In the order in which they were given.
    let sql = "SELECT k.recipient FROM unnest($1::text[]) WITH ORDINALITY AS k (recipient, nth)
         WHERE NOT EXISTS (SELECT 1 FROM recipients r WHERE r.recipient = k.recipient AND r.granted)
         ORDER BY k.nth";
    let rows = from.query(sql, &[&recipients]).await?;
    let strangers: Result<_, _> = rows.iter().map(|row| row.try_get(0)).collect();
    Ok(strangers?)
}

pub(super) async fn other_owner(
    from: &Line,
    resource: &Resource,
    owner: &PersonId,
    since: At,
) -> Result<bool, StoreError> {
    let sql =
        "SELECT 1 FROM owners WHERE kind = $1 AND id = $2 AND owner <> $3 AND at >= $4 LIMIT 1";
    let (kind, id) = (
        resource.kind.raw_for_execution(),
        resource.id.raw_for_execution(),
    );
    let values: Params<'_> = &[&kind, &id, &owner.as_str(), &since.millis()];
    Ok(from.query_opt(sql, values).await?.is_some())
}

/// Ids that are the first column.
pub(super) fn ids(rows: &[Row]) -> Result<Vec<RequestId>, StoreError> {
    rows.iter().map(|row| id(row.try_get(0)?)).collect()
}

pub(super) async fn waiting_for(
    from: &Line,
    reviewer: &Reviewer,
    after: Option<RequestId>,
    limit: u32,
) -> Result<Vec<RequestId>, StoreError> {
    let after = after.map_or(Vec::new(), |id| id.as_bytes().to_vec());
    let sql = "SELECT request FROM parties WHERE person = $1 AND urgency IS NOT NULL AND reviews
             AND request > $2 ORDER BY request LIMIT $3";
    let values: Params<'_> = &[&reviewer.to_string(), &after, &i64::from(limit)];
    ids(&from.query(sql, values).await?)
}

pub(super) async fn leasable(
    from: &Line,
    actions: &[ActionName],
    now: At,
    limit: u32,
) -> Result<Vec<RequestId>, StoreError> {
    let actions: Vec<&str> = actions.iter().map(ActionName::as_str).collect();
    let sql = "SELECT l.id FROM (SELECT DISTINCT a FROM unnest($1::text[]) AS a) AS n (action)
         CROSS JOIN LATERAL (SELECT id, leasable_at FROM requests r WHERE r.action = n.action
             AND leasable_at IS NOT NULL AND leasable_at <= $2 ORDER BY leasable_at LIMIT $3) AS l
         ORDER BY l.leasable_at, l.id LIMIT $3";
    let values: Params<'_> = &[&actions, &now.millis(), &i64::from(limit)];
    ids(&from.query(sql, values).await?)
}

pub(super) async fn next_leasable(
    from: &Line,
    actions: &[ActionName],
    now: At,
) -> Result<Option<At>, StoreError> {
    let actions: Vec<&str> = actions.iter().map(ActionName::as_str).collect();
    let sql = "SELECT min(leasable_at) FROM requests
         WHERE action = ANY($1) AND leasable_at IS NOT NULL AND leasable_at > $2";
    let row = from.query_one(sql, &[&actions, &now.millis()]).await?;
    Ok(at(&row, 0)?)
}

pub(super) async fn policies(
    from: &Line,
    before: u64,
    limit: u32,
) -> Result<Vec<PolicyVersion>, StoreError> {
    let sql = "SELECT version, at, by, text FROM policies WHERE version < $1
         ORDER BY version DESC LIMIT $2";
    let values: Params<'_> = &[&signed(before), &i64::from(limit)];
    let rows = from.query(sql, values).await?;
    rows.iter().map(policy).collect()
}

fn policy(row: &Row) -> Result<PolicyVersion, StoreError> {
    Ok(PolicyVersion {
        version: positive(row.try_get(0)?)?,
        at: At::from_millis(row.try_get(1)?),
        by: read_word(row.try_get(2)?)?,
        text: Untrusted::from(row.try_get::<_, String>(3)?),
    })
}
