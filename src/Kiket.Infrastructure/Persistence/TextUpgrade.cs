using Kiket.Application.Extensions;
using Kiket.Application.Ports;
using Kiket.Domain.Comments;
using Kiket.Domain.Common;
using Kiket.Domain.CustomData;
using Kiket.Domain.Extensions;
using Kiket.Domain.Issues;
using Kiket.Domain.Milestones;
using Kiket.Domain.Organizations;
using Kiket.Domain.Projects;
using Kiket.Domain.Tokens;
using Kiket.Domain.Users;
using Kiket.Domain.Webhooks;
using Kiket.Domain.Workflows;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;

namespace Kiket.Infrastructure.Persistence;

/// <summary>
/// Converts old rows to the form of this version after a migration, because no database folds, composes or encrypts texts as
/// Kiket does. It works in batches and saves its progress in the same transaction, so that it can be interrupted, and several
/// nodes can run it.
/// </summary>
internal sealed class TextUpgrade(KiketDbContext db)
{
    private const int BatchSize = 500;

    /// <summary>A new form of texts gets the next number, and every row is converted again.</summary>
    private const string Form = "texts-1";

    /// <summary>Issues store the folded key of their state.</summary>
    private const string StateUpgrade = $"states-1:{nameof(Issue)}";

    /// <summary>The values of callback headers are encrypted, and manifests only contain their names.</summary>
    private const string HeaderForm = "headers-1";

    private static readonly string[] HeaderUpgrades = [$"{HeaderForm}:{nameof(Webhook)}", $"{HeaderForm}:{nameof(Extension)}"];

    /// <summary>Whether all old rows are converted; conversions that have not started count as pending.</summary>
    public async Task<bool> IsDoneAsync(CancellationToken ct) =>
        !await db.DataUpgrades.AnyAsync(u => u.LastId != DataUpgrade.Done, ct)
        && await db.DataUpgrades.CountAsync(u => u.Name == StateUpgrade || HeaderUpgrades.Contains(u.Name), ct)
            == HeaderUpgrades.Length + 1;

    public async Task RunAsync(CancellationToken ct)
    {
        var finished = await db
            .DataUpgrades.AsNoTracking()
            .Where(u => u.LastId == DataUpgrade.Done)
            .Select(u => u.Name)
            .ToListAsync(ct);
        foreach (var (name, refresh) in Steps.Where(s => !finished.Contains(s.Name)))
            await RunAsync(name, refresh, ct);
    }

    /// <summary>Marks all conversions as done in a new database, which has no old rows.</summary>
    public async Task SkipAsync(CancellationToken ct)
    {
        db.DataUpgrades.AddRange(Steps.Select(s => new DataUpgrade { Name = s.Name, LastId = DataUpgrade.Done }));
        await db.SaveChangesAsync(ct);
        db.ChangeTracker.Clear();
    }

    private (string Name, Func<long, CancellationToken, Task<List<long>>> Refresh)[] Steps =>
        [
            ($"{Form}:{nameof(Organization)}", RefreshAsync<Organization, OrganizationId>),
            ($"{Form}:{nameof(User)}", RefreshAsync<User, UserId>),
            ($"{Form}:{nameof(AccessToken)}", RefreshAsync<AccessToken>),
            ($"{Form}:{nameof(Project)}", RefreshAsync<Project, ProjectId>),
            ($"{Form}:{nameof(Workflow)}", RefreshAsync<Workflow>),
            ($"{Form}:{nameof(Milestone)}", RefreshAsync<Milestone>),
            ($"{Form}:{nameof(Issue)}", RefreshAsync<Issue, IssueId>),
            (StateUpgrade, RefreshAsync<Issue, IssueId>),
            ($"{Form}:{nameof(Comment)}", RefreshAsync<Comment>),
            ($"{Form}:{nameof(CustomRecord)}", RefreshRecordsAsync),
            (HeaderUpgrades[0], EncryptHeadersAsync),
            (HeaderUpgrades[1], HideHeadersAsync),
        ];

    /// <param name="refresh">Refreshes the first rows after an id, and returns their ids.</param>
    private async Task RunAsync(string name, Func<long, CancellationToken, Task<List<long>>> refresh, CancellationToken ct)
    {
        await BeginAsync(name, ct);
        while (!await NextAsync(name, refresh, ct))
            db.ChangeTracker.Clear();
        db.ChangeTracker.Clear();
    }

    private async Task BeginAsync(string name, CancellationToken ct)
    {
        if (await db.DataUpgrades.AnyAsync(u => u.Name == name, ct))
            return;
        db.DataUpgrades.Add(new DataUpgrade { Name = name });
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException failure) when (DatabaseFailure.IsUniqueViolation(failure))
        {
            // Another node started at the same time.
        }

        db.ChangeTracker.Clear();
    }

    /// <returns>Whether all rows are done.</returns>
    private async Task<bool> NextAsync(string name, Func<long, CancellationToken, Task<List<long>>> refresh, CancellationToken ct)
    {
        var upgrade = await db.DataUpgrades.SingleAsync(u => u.Name == name, ct);
        if (upgrade.LastId == DataUpgrade.Done)
            return true;
        var ids = await refresh(upgrade.LastId, ct);
        upgrade.LastId = ids.Count < BatchSize ? DataUpgrade.Done : ids[^1];
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateConcurrencyException)
        {
            return false; // one of the rows was changed concurrently; read them again
        }

        return upgrade.LastId == DataUpgrade.Done;
    }

    private Task<List<long>> RefreshAsync<T>(long after, CancellationToken ct)
        where T : AggregateRoot<long>, IKeepsTexts => RefreshAsync<T, long>(after, id => id, ct);

    private Task<List<long>> RefreshAsync<T, TId>(long after, CancellationToken ct)
        where T : AggregateRoot<TId>, IKeepsTexts
        where TId : struct, ITyped<TId, long>, IComparable<TId> => RefreshAsync<T, TId>(TId.Of(after), id => id.Value, ct);

    private async Task<List<long>> RefreshAsync<T, TId>(TId after, Func<TId, long> number, CancellationToken ct)
        where T : AggregateRoot<TId>, IKeepsTexts
        where TId : struct, IComparable<TId>
    {
        var rows = await db.AcrossTenants<T>(withDeleted: true)
            .Where(r => r.Id.CompareTo(after) > 0)
            .OrderBy(r => r.Id)
            .Take(BatchSize)
            .ToListAsync(ct);
        foreach (var row in rows)
            row.RefreshTexts();
        return [.. rows.Select(r => number(r.Id))];
    }

    /// <summary>
    /// Composes records and their indexed values. A record that would then equal another one stays as it is.
    /// </summary>
    private async Task<List<long>> RefreshRecordsAsync(long after, CancellationToken ct)
    {
        var records = await db.AcrossTenants<CustomRecord>()
            .Where(r => r.Id > after)
            .OrderBy(r => r.Id)
            .Take(BatchSize)
            .ToListAsync(ct);
        var modules = records.Select(r => r.ModuleId).Distinct().ToList();
        var schemas = await db.AcrossTenants<CustomModule>()
            .Where(m => modules.Contains(m.Id))
            .ToDictionaryAsync(m => m.Id, m => m.Schema, ct);
        HashSet<string> taken = [];
        foreach (var record in records.Where(r => r.DeletedAt is null && !ReferenceEquals(r.Data, UnicodeText.Clean(r.Data))))
        {
            if (schemas[record.ModuleId].Find(record.Table) is not { } table)
                continue;
            var old = await db.AcrossTenants<CustomRecordValue>().Where(v => v.RecordId == record.Id).ToListAsync(ct);
            record.RefreshTexts();
            var values = CustomRecordValue.Of(record, table);
            var hashes = values.Select(v => v.UniqueHash).OfType<string>().ToList();
            if (
                hashes.Exists(taken.Contains)
                || await db.AcrossTenants<CustomRecordValue>()
                    .AnyAsync(
                        v =>
                            v.OrganizationId == record.OrganizationId
                            && v.RecordId != record.Id
                            && hashes.Contains(v.UniqueHash!),
                        ct
                    )
            )
            {
                db.Entry(record).State = EntityState.Detached;
                continue;
            }

            taken.UnionWith(hashes);
            db.CustomRecordValues.RemoveRange(old);
            db.CustomRecordValues.AddRange(values);
        }

        return [.. records.Select(r => r.Id)];
    }

    private async Task<List<long>> EncryptHeadersAsync(long after, CancellationToken ct)
    {
        var protector = db.GetService<ISecretProtector>();
        var webhooks = await db.AcrossTenants<Webhook>()
            .Where(w => w.Id > after)
            .OrderBy(w => w.Id)
            .Take(BatchSize)
            .ToListAsync(ct);
        foreach (var webhook in webhooks.Where(w => w.Target.Headers.Count > 0))
        {
            // A node of this version may have written the row already.
            var encrypted = webhook.Target.Headers.ToDictionary(
                h => h.Key,
                h =>
                    protector.Unprotect(ISecretProtector.HeaderPurpose, h.Value) is null
                        ? protector.Protect(ISecretProtector.HeaderPurpose, h.Value)
                        : h.Value
            );
            db.Entry(webhook).Property(w => w.Target).CurrentValue = webhook.Target with { Headers = encrypted };
        }

        return [.. webhooks.Select(w => w.Id)];
    }

    private async Task<List<long>> HideHeadersAsync(long after, CancellationToken ct)
    {
        var extensions = await db.AcrossTenants<Extension>()
            .Where(e => e.Id.CompareTo(new(after)) > 0)
            .OrderBy(e => e.Id)
            .Take(BatchSize)
            .ToListAsync(ct);
        foreach (var extension in extensions)
            db.Entry(extension).Property(e => e.Manifest).CurrentValue = ManifestHeaders.Hide(extension.Manifest);
        return [.. extensions.Select(e => e.Id.Value)];
    }
}
