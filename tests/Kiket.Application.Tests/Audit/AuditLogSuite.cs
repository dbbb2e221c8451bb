using Kiket.Application.Audit;
using Kiket.Application.Issues;
using Kiket.Application.Tests.Persistence;
using Kiket.Application.Tokens;
using Kiket.Domain.Audit;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Tokens;
using Kiket.Infrastructure.Audit;
using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Kiket.Application.Tests.Audit;

/// <summary>Each action leaves a record in its own transaction, and no record can be changed without notice.</summary>
public abstract class AuditLogSuite(TestDatabase database)
{
    [Fact]
    public async Task An_action_is_recorded_with_what_it_changed()
    {
        var workspace = await Workspace.NewAsync(database);
        await workspace.AddProjectAsync();
        var issue = await workspace.AddIssueAsync(new() { Title = "before" });
        await using (var session = workspace.SignIn())
            await session.SendAsync(new UpdateIssueCommand(IssueRef.Of(issue.Id), new() { Title = "after" }, null, default));

        var log = await LogAsync(workspace);

        Assert.Equal(["update_issue", "create_issue", "create_project"], log.Take(3).Select(r => r.Action));
        Assert.Equal([.. Enumerable.Range(1, log.Count).Reverse().Select(n => (long)n)], log.Select(r => r.Id));
        Assert.Equal(workspace.Admin.UserId, log[0].Actor?.Id);
        Assert.Equal(new AuditSubject("issue", issue.Id.Value), log[0].Subject);
        var change = log[0].Changes.EnumerateArray().Single(c => c.GetProperty("type").GetString() == "issue");
        Assert.Equal("updated", change.GetProperty("change").GetString());
        Assert.Equal("""{"from":"before","to":"after"}""", change.GetProperty("fields").GetProperty("title").GetRawText());
    }

    [Fact]
    public async Task What_is_refused_or_fails_is_not_recorded()
    {
        var workspace = await Workspace.NewAsync(database);
        await workspace.AddProjectAsync();
        var before = (await LogAsync(workspace)).Count;

        await using (var session = workspace.SignIn())
        {
            var refused = await session.SendAsync(
                new UpdateIssueCommand(IssueRef.Of(new IssueId(long.MaxValue)), new() { Title = "x" }, null, default)
            );
            Assert.True(refused.IsRefused);
        }

        Assert.Equal(before, (await LogAsync(workspace)).Count);
        Assert.True((await VerifyAsync(workspace)).Valid);
    }

    [Fact]
    public async Task No_secret_is_recorded_neither_as_it_is_nor_as_it_is_stored()
    {
        var workspace = await Workspace.NewAsync(database);
        await using var session = workspace.SignIn();

        var token = (await session.SendAsync(new IssueTokenCommand(TokenKind.Workspace, "CI", ["issues:read"], null))).Value;

        var details = await session.Db.AuditRecords.Where(r => r.Action == "issue_token").Select(r => r.Details).SingleAsync();
        Assert.Contains("""issues:read""", details, StringComparison.Ordinal);
        Assert.Contains("""hash":{"hidden":true}""", details, StringComparison.Ordinal);
        Assert.DoesNotContain(token.Token![13..], details, StringComparison.Ordinal);
        Assert.DoesNotContain(TokenSecret.HashOf(token.Token), details, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_row_of_an_organization_is_audited_or_is_bookkeeping()
    {
        Assert.SkipWhen(database.Unavailable is not null, database.Unavailable ?? "");
        using var scope = database.Services.CreateScope();
        var tables = scope
            .ServiceProvider.GetRequiredService<KiketDbContext>()
            .Model.GetEntityTypes()
            .Select(t => t.ClrType)
            .Where(t => !AuditTrail.Subjects.ContainsKey(t))
            .Select(t => t.Name)
            .Order(StringComparer.Ordinal);

        Assert.Equal(
            [
                "AuditAnchor",
                "AuditRecord",
                "CustomRecordValue",
                "DataUpgrade",
                "EventCursor",
                "ExtensionReport",
                "IdempotencyRecord",
                "IssueChange",
                "IssueCount",
                "LoggedEvent",
                "Notification",
                "OAuthAuthorization",
                "OAuthClient",
                "OAuthToken",
                "PostponedEvent",
                "SigningKey",
                "SlaEvent",
                "SlaTimer",
                "WebhookAttempt",
                "WebhookDelivery",
            ],
            tables
        );
    }

    [Fact]
    public async Task Writers_who_act_at_once_follow_each_other_in_one_chain()
    {
        var workspace = await Workspace.NewAsync(database);
        await workspace.AddProjectAsync();
        var before = (await LogAsync(workspace)).Count;

        await Task.WhenAll(Enumerable.Range(0, 8).Select(n => Task.Run(() => workspace.AddIssueAsync(new() { Title = $"{n}" }))));

        var verified = await VerifyAsync(workspace);
        Assert.True(verified.Valid, verified.FirstInvalid?.Reason);
        Assert.Equal(before + 8, verified.Records);
    }

    [Theory]
    [InlineData("UPDATE audit_records SET action = 'nothing' WHERE {0} AND sequence = 2", 2, "content")]
    [InlineData("UPDATE audit_records SET details = '{{}}' WHERE {0} AND sequence = 3", 3, "content")]
    [InlineData("UPDATE audit_records SET actor_id = NULL WHERE {0} AND sequence = 3", 3, "content")]
    [InlineData("UPDATE audit_records SET at = {1} WHERE {0} AND sequence = 3", 3, "content")]
    [InlineData("DELETE FROM audit_records WHERE {0} AND sequence = 2", 2, "missing")]
    [InlineData("DELETE FROM audit_records WHERE {0} AND sequence = 4", 4, "missing")]
    [InlineData("DELETE FROM audit_records WHERE {0}", 1, "missing")]
    [InlineData("UPDATE audit_records SET sequence = sequence + 100 WHERE {0}", 1, "missing")]
    [InlineData(
        "INSERT INTO audit_records (organization_id, sequence, at, action, credential, details, content_hash, chain_hash) "
            + "SELECT organization_id, 5, at, action, credential, details, content_hash, chain_hash "
            + "FROM audit_records WHERE {0} AND sequence = 4",
        5,
        "outside"
    )]
    public async Task A_record_that_is_changed_removed_moved_or_added_is_found(string tampering, long record, string reason)
    {
        var workspace = await FourRecordsAsync();

        await TamperAsync(workspace, tampering);

        var verified = await VerifyAsync(workspace);
        Assert.False(verified.Valid);
        Assert.Equal(record, verified.FirstInvalid?.Id);
        Assert.Contains(reason, verified.FirstInvalid?.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Records_that_swap_places_are_found()
    {
        var workspace = await FourRecordsAsync();

        await TamperAsync(workspace, "UPDATE audit_records SET sequence = sequence + 100 WHERE {0} AND sequence IN (2, 3)");
        await TamperAsync(workspace, "UPDATE audit_records SET sequence = 105 - sequence WHERE {0} AND sequence > 100");

        var verified = await VerifyAsync(workspace);
        Assert.Equal(2, verified.FirstInvalid?.Id);
        Assert.Contains("follow", verified.FirstInvalid?.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_chain_that_is_computed_again_after_a_change_does_not_have_the_root_of_its_anchor()
    {
        var workspace = await FourRecordsAsync();
        await AnchorAsync();
        Assert.True((await VerifyAsync(workspace)).Valid);

        await ForgeAsync(workspace);

        var verified = await VerifyAsync(workspace);
        Assert.False(verified.Valid);
        Assert.Contains("anchor", verified.FirstInvalid?.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Records_are_anchored_when_the_first_has_waited_for_an_hour_and_each_can_be_proved()
    {
        var workspace = await FourRecordsAsync();
        await using var session = workspace.SignIn();
        var early = await session.SendAsync(new ProveAuditRecordQuery(2, null));
        Assert.Equal("AUDIT_PROOF_NOT_FOUND", early.Error?.Code);

        await AnchorAsync();

        for (var id = 1L; id <= 4; id++)
        {
            var proof = (await session.SendAsync(new ProveAuditRecordQuery(id, "AuditLog"))).Value;
            Assert.True(proof.Verified);
            var verified = await session.SendAsync(
                new VerifyAuditProofQuery(proof.ContentHash, proof.MerkleRoot, proof.Proof, proof.LeafIndex)
            );
            Assert.True(verified.Value.Verified, verified.Value.Error);
        }
    }

    [Fact]
    public async Task What_follows_a_missing_record_is_anchored_once()
    {
        var workspace = await FourRecordsAsync();
        await TamperAsync(workspace, "UPDATE audit_records SET sequence = 1000000 WHERE {0} AND sequence = 4");
        await TamperAsync(
            workspace,
            "UPDATE organizations SET last_audit_sequence = 1000000 "
                + "WHERE id IN (SELECT organization_id FROM audit_records WHERE {0})"
        );

        await AnchorAsync();
        await AnchorAsync();

        await using var session = workspace.SignIn();
        var anchored = await session
            .Db.AuditAnchors.OrderBy(a => a.FirstSequence)
            .Select(a => new { a.FirstSequence, a.LeafCount })
            .ToListAsync();
        Assert.Equal([(1L, 3), (1_000_000L, 1)], anchored.Select(a => (a.FirstSequence, a.LeafCount)));
        Assert.Equal(4, (await VerifyAsync(workspace)).FirstInvalid?.Id);
    }

    [Fact]
    public async Task Only_the_leaf_at_its_own_place_passes_as_proved()
    {
        var workspace = await FourRecordsAsync();
        await AnchorAsync();
        await using var session = workspace.SignIn();
        var proof = (await session.SendAsync(new ProveAuditRecordQuery(1, null))).Value;
        async Task<ProofVerification> CheckAsync(string hash, IReadOnlyList<string> path, int index) =>
            (await session.SendAsync(new VerifyAuditProofQuery(hash, proof.MerkleRoot, path, index))).Value;
        var inner = AuditHash.Of(MerkleTree.RootOf(AuditHash.Parse(proof.ContentHash)!, [AuditHash.Parse(proof.Proof[0])!]));

        Assert.True(
            (
                await CheckAsync(proof.ContentHash.ToUpperInvariant().Replace("0X", "", StringComparison.Ordinal), proof.Proof, 0)
            ).Verified
        );
        Assert.False((await CheckAsync(proof.ContentHash, proof.Proof, 1)).Verified);
        Assert.False((await CheckAsync(proof.ContentHash, proof.Proof, 4)).Verified);
        var asLeaf = await CheckAsync(inner, [.. proof.Proof.Skip(1)], 0);
        Assert.True(asLeaf.ProofValid);
        Assert.False(asLeaf.Verified);
        var wrong = await CheckAsync(inner, proof.Proof, 0);
        Assert.False(wrong.ProofValid);
        Assert.NotNull(wrong.Error);
    }

    private async Task<Workspace> FourRecordsAsync()
    {
        var workspace = await Workspace.NewAsync(database);
        await workspace.AddProjectAsync();
        await workspace.AddIssueAsync(new() { Title = "first" });
        await workspace.AddIssueAsync(new() { Title = "second" });
        Assert.Equal(4, (await VerifyAsync(workspace)).Records);
        return workspace;
    }

    private async Task TamperAsync(Workspace workspace, string sql)
    {
        await using var session = workspace.SignIn();
        var at = database.Provider is DatabaseProvider.Sqlite ? "1" : "'2020-01-01'";
        await session.Db.Database.ExecuteSqlRawAsync(
            sql.Replace("{0}", $"organization_id = {workspace.Admin.OrganizationId}", StringComparison.Ordinal)
                .Replace("{1}", at, StringComparison.Ordinal)
        );
    }

    /// <summary>Changes the first record and computes its hash and all chain hashes again.</summary>
    private static async Task ForgeAsync(Workspace workspace)
    {
        await using var session = workspace.SignIn();
        var chain = AuditRecord.Origin.ToArray();
        foreach (var record in await session.Db.AuditRecords.AsNoTracking().OrderBy(r => r.Sequence).ToListAsync())
        {
            var action = record.Sequence == 1 ? "nothing" : record.Action;
            var forged = new AuditRecord
            {
                OrganizationId = record.OrganizationId,
                At = record.At,
                Action = action,
                ActorId = record.ActorId,
                Credential = record.Credential,
                SubjectType = record.SubjectType,
                SubjectId = record.SubjectId,
                Details = record.Details,
            };
            var content = forged.ComputeContentHash();
            chain = AuditRecord.Follow(chain, content);
            await session
                .Db.AuditRecords.Where(r => r.Sequence == record.Sequence)
                .ExecuteUpdateAsync(set =>
                    set.SetProperty(r => r.Action, action)
                        .SetProperty(r => r.ContentHash, content)
                        .SetProperty(r => r.ChainHash, chain)
                );
        }

        await session
            .Db.Organizations.Where(o => o.Id == workspace.Admin.OrganizationId)
            .ExecuteUpdateAsync(set => set.SetProperty(o => o.AuditChain, chain));
    }

    /// <summary>Runs the job an hour later.</summary>
    private async Task AnchorAsync()
    {
        await using var scope = database.Services.CreateAsyncScope();
        var later = new FakeTimeProvider(
            scope.ServiceProvider.GetRequiredService<TimeProvider>().GetUtcNow() + AuditAnchor.LongestWait
        );
        await ActivatorUtilities.CreateInstance<AuditAnchorJob>(scope.ServiceProvider, (TimeProvider)later).RunAsync(default);
    }

    private static async Task<AuditVerification> VerifyAsync(Workspace workspace)
    {
        await using var session = workspace.SignIn();
        return (await session.SendAsync(new VerifyAuditLogQuery())).Value;
    }

    private static async Task<IReadOnlyList<AuditRecordDto>> LogAsync(Workspace workspace)
    {
        await using var session = workspace.SignIn();
        return (await session.SendAsync(new ListAuditLogQuery(new(), null, null))).Value.Records;
    }
}

public sealed class SqliteAuditLogTests(SqliteDatabase database) : AuditLogSuite(database);

public sealed class PostgreSqlAuditLogTests(PostgreSqlDatabase database) : AuditLogSuite(database);

public sealed class SqlServerAuditLogTests(SqlServerDatabase database) : AuditLogSuite(database);
