//! What is read beside requests: who looked at them, whom they reach, who may take them, the saved
//! versions of the policy.

use tokio_postgres::Row;

use super::load::at;
use super::positive;
use super::save::signed;
use super::session::{Line, Params};
use crate::domain::digest::Digest;
use crate::domain::id::{ActionName, PersonId, RequestId};
use crate::domain::request::Resource;
use crate::domain::review::Reviewer;
use crate::domain::time::At;
use crate::domain::untrusted::Untrusted;
use crate::store::encode::{id, raw, read_word};
use crate::store::recent::Recent;
use crate::store::{Attention, Beside, Checkpoint, Payload, PolicyVersion, Seen, StoreError};

/// Everything beside one request, in one look. Parameters that are known are not read.
pub(super) async fn beside(
    from: &Line,
    recent: &Recent,
    id: RequestId,
    digest: Digest,
    with_checkpoint: bool,
) -> Result<Beside, StoreError> {
    let known = recent.params(id, digest);
    let read_digest = known.is_none().then(|| digest.to_string());
    let sql = "SELECT p.params, c.media, c.body, a.person, a.snoozed_until, a.opened_at, a.opened_digest, a.seen
         FROM (SELECT 1) one LEFT JOIN payloads p ON p.request = $1 AND p.digest = $2
             LEFT JOIN checkpoints c ON $3 AND c.request = $1
             LEFT JOIN parties a ON a.request = $1
                 AND (a.snoozed_until IS NOT NULL OR a.opened_at IS NOT NULL)";
    let values: Params<'_> = &[&&id.as_bytes()[..], &read_digest, &with_checkpoint];
    let mut beside = Beside::default();
    let mut params = known;
    for row in from.query(sql, values).await? {
        if params.is_none() {
            params = row.try_get::<_, Option<String>>(0)?.map(raw).transpose()?;
            recent.keep_params(id, digest, params.as_ref());
        }
        if beside.checkpoint.is_none()
            && let Some(media) = row.try_get(1)?
        {
            beside.checkpoint = Some(Checkpoint {
                media,
                bytes: row.try_get::<_, Vec<u8>>(2)?.into(),
            });
        }
        beside.attention.extend(attention(&row)?);
    }
    beside.payload = params.map(|params| Payload {
        request: id,
        digest,
        params,
    });
    let by_person = |one: &Attention, other: &Attention| one.person.cmp(&other.person);
    beside.attention.sort_unstable_by(by_person);
    Ok(beside)
}

/// What somebody has to do with the request, if there is anything.
fn attention(row: &Row) -> Result<Option<Attention>, StoreError> {
    let Some(person) = row.try_get::<_, Option<&str>>(3)? else {
        return Ok(None);
    };
    let digest: Option<&str> = row.try_get(6)?;
    let digest = digest.map(read_word).transpose()?;
    let seen: Option<i64> = row.try_get(7)?;
    let seen = u32::try_from(seen.unwrap_or(0))
        .map_err(|_| StoreError::Damaged("what was seen is no share".to_owned()))?;
    Ok(Some(Attention {
        person: read_word(person)?,
        snoozed_until: at(row, 4)?,
        opened: at(row, 5)?
            .zip(digest)
            .map(|(at, digest)| Seen { at, digest, seen }),
    }))
}

pub(super) async fn strangers(
    from: &Line,
    recipients: &[String],
) -> Result<Vec<String>, StoreError> {
    // In the order in which they were given.
    let sql = "SELECT k.recipient FROM unnest($1::text[]) WITH ORDINALITY AS k (recipient, nth)
         WHERE NOT EXISTS (SELECT 1 FROM acquaintances a WHERE a.recipient = k.recipient)
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
