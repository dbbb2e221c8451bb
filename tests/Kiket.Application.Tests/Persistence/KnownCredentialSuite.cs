using Kiket.Application.Common;
using Kiket.Application.Extensions;
using Kiket.Application.Issues;
using Kiket.Application.OAuth;
using Kiket.Application.Projects;
using Kiket.Application.Tokens;
using Kiket.Application.Users;
using Kiket.Domain.Common;
using Kiket.Domain.Extensions;
using Kiket.Domain.Issues;
using Kiket.Domain.Projects;
using Kiket.Domain.Tokens;
using Kiket.Domain.Users;
using Kiket.Infrastructure.Persistence;
using Kiket.Infrastructure.Webhooks;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using OpenIddict.Abstractions;

namespace Kiket.Application.Tests.Persistence;

/// <summary>
/// Two nodes on one database that have both seen a credential: a change is seen at once by the node that makes it, and by the
/// other within 5 seconds.
/// </summary>
public abstract class KnownCredentialSuite(TestDatabase database) : IAsyncLifetime
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);

    private readonly StatementLog statements = new();
    private readonly List<ServiceProvider> nodes = [];
    private readonly List<FakeTimeProvider> clocks = [];
    private Workspace workspace = null!;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(database.Unavailable is not null, database.Unavailable ?? "");
        for (var node = 0; node < 2; node++)
        {
            var clock = new FakeTimeProvider(Start);
            var services = KiketServices.Collect(database.Provider, database.Connection, statements);
            nodes.Add(services.AddSingleton<TimeProvider>(clock).BuildServiceProvider(validateScopes: true));
            clocks.Add(clock);
        }

        workspace = await Workspace.NewAsync(nodes[0]);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in nodes)
            await node.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_credential_that_was_just_used_is_not_looked_up_again()
    {
        var token = await IssueTokenAsync(workspace.Admin);
        Assert.NotNull(await OwnerAsync(0, token));

        var sent = statements.Begin();

        Assert.NotNull(await OwnerAsync(0, token));
        Assert.Empty(sent);
    }

    [Fact]
    public async Task A_revoked_token_is_refused()
    {
        var token = await IssueTokenAsync(workspace.Admin);

        await ChangeIsSeenAsync(
            token,
            () => SendAsync(new RevokeTokenCommand(TokenKind.Personal, TokenIdOf(token))),
            Assert.Null
        );
    }

    [Fact]
    public async Task A_token_that_another_process_has_revoked_is_refused()
    {
        var token = await IssueTokenAsync(workspace.Admin);
        await SeeAsync(token);

        await using (var other = workspace.SignIn())
            await other.Db.AccessTokens.Where(t => t.Hash == TokenSecret.HashOf(token)).ExecuteDeleteAsync();

        clocks.ForEach(c => c.Advance(Soon));
        Assert.Null(await OwnerAsync(0, token));
        Assert.Null(await OwnerAsync(1, token));
    }

    [Fact]
    public async Task A_token_expires_to_the_moment()
    {
        var token = await IssueTokenAsync(workspace.Admin, Start + TimeSpan.FromSeconds(1));
        await SeeAsync(token);

        clocks.ForEach(c => c.Advance(TimeSpan.FromMilliseconds(999)));
        await SeeAsync(token);
        clocks.ForEach(c => c.Advance(TimeSpan.FromMilliseconds(1)));

        Assert.Null(await OwnerAsync(0, token));
        Assert.Null(await OwnerAsync(1, token));
    }

    [Fact]
    public async Task A_token_is_accepted_as_soon_as_it_exists()
    {
        var secret = TokenSecret.Generate("kpat_");
        Assert.Null(await OwnerAsync(0, secret.Plaintext));
        Assert.Null(await OwnerAsync(1, secret.Plaintext));

        await AddTokenAsync(workspace.Admin.UserId, secret, null);

        await SeeAsync(secret.Plaintext);
    }

    [Fact]
    public async Task A_deactivated_user_is_refused()
    {
        var user = await workspace.AddUserAsync("gone@example.com");
        var token = await IssueTokenAsync(ActorOf(user));

        await ChangeIsSeenAsync(token, () => EditAsync(user, new() { Deactivated = true }), Assert.Null);
    }

    [Fact]
    public async Task A_user_has_their_new_role_and_name()
    {
        var user = await workspace.AddUserAsync("promoted@example.com");
        var token = await IssueTokenAsync(ActorOf(user));

        await ChangeIsSeenAsync(
            token,
            () => EditAsync(user, new() { Role = OrganizationRole.Admin, Name = "Promoted" }),
            owner => Assert.Equal((OrganizationRole.Admin, "Promoted"), (owner?.Actor.Role, owner?.Name))
        );
    }

    [Fact]
    public async Task A_role_that_a_rolled_back_change_gave_is_never_seen()
    {
        var user = await workspace.AddUserAsync("almost@example.com");
        var token = await IssueTokenAsync(ActorOf(user));
        await using (var session = workspace.SignIn())
        await using (await session.Db.Database.BeginTransactionAsync())
        {
            var promoted = await session.Db.Users.SingleAsync(u => u.Id == user.Id);
            Assert.Null(promoted.Edit(new() { Role = OrganizationRole.Admin }, Start).Error);
            await session.Db.SaveChangesAsync();
        }

        Assert.Equal(OrganizationRole.Developer, (await OwnerAsync(0, token))?.Actor.Role);
    }

    [Fact]
    public async Task A_token_has_its_new_limit()
    {
        var token = await IssueTokenAsync(workspace.Admin);

        await ChangeIsSeenAsync(
            token,
            async () =>
            {
                await using var session = workspace.SignIn();
                var limited = await session.Db.AccessTokens.SingleAsync(t => t.Hash == TokenSecret.HashOf(token));
                Assert.Null(limited.Limit(7, 60, "token").Error);
                await session.Db.SaveChangesAsync();
            },
            owner => Assert.Equal((7, 60), (owner?.LimitRequests, owner?.LimitWindowSeconds))
        );
    }

    [Fact]
    public async Task Credentials_are_accepted_only_from_their_new_networks()
    {
        IReadOnlyList<string> networks = ["192.0.2.0/24"];
        var token = await IssueTokenAsync(workspace.Admin);
        var id = TokenIdOf(token);
        var installed = await InstallAsync();
        var runtime = await RuntimeTokenAsync(installed.Id);
        var (application, access) = await AddApplicationAsync();
        await SeeAsync(token);
        await SeeAsync(access);
        await SeeExtensionAsync(installed.ApiKey!, runtime);

        await SendAsync(new UpdateTokenCommand(id, default, default, new(networks)));
        await SendAsync(new UpdateOAuthApplicationCommand(application, new(networks)));
        await SendAsync(
            new UpdateExtensionCommand(ReferenceOf(installed), null, new() { AllowedNetworks = new(networks) }, default)
        );

        await RefusesAllAsync(0);
        clocks[1].Advance(Soon);
        await RefusesAllAsync(1);

        async Task RefusesAllAsync(int node)
        {
            Assert.Null(await OwnerAsync(node, token));
            Assert.Null(await OwnerAsync(node, access));
            Assert.Null(await ExtensionAsync(node, installed.ApiKey!));
            Assert.Null(await ExtensionAsync(node, runtime, isRuntimeToken: true));
        }
    }

    [Fact]
    public async Task A_member_who_leaves_a_project_sees_it_no_longer_on_any_node()
    {
        await AddPrivateProjectAsync("SECRET");
        var user = await workspace.AddUserAsync("member@example.com");
        var token = await IssueTokenAsync(ActorOf(user));
        Assert.True(ProjectRef.TryParse("SECRET", out var reference));
        var issue = await workspace.AddIssueAsync(new() { Title = "Secret" }, "SECRET");
        Assert.True(IssueRef.TryParse(issue.Key, out var secret));
        Assert.Equal((false, false), (await SeesAsync(0, token, secret), await SeesAsync(1, token, secret)));

        await SendAsync(new SetMemberCommand(reference, user.Id, null));
        Assert.Equal((true, true), (await SeesAsync(0, token, secret), await SeesAsync(1, token, secret)));
        await SendAsync(new RemoveMemberCommand(reference, user.Id));

        Assert.Equal((false, false), (await SeesAsync(0, token, secret), await SeesAsync(1, token, secret)));
    }

    [Fact]
    public async Task A_token_shows_no_other_organization()
    {
        var other = await Workspace.NewAsync(nodes[0]);
        await workspace.AddProjectAsync();
        var issue = await workspace.AddIssueAsync(new() { Title = "Ours" });
        var (own, foreign) = (await IssueTokenAsync(workspace.Admin), await IssueTokenAsync(other.Admin, workspace: other));
        Assert.True(IssueRef.TryParse(issue.Key, out var ours));

        for (var round = 0; round < 2; round++)
        {
            Assert.True(await SeesAsync(0, own, ours));
            Assert.False(await SeesAsync(0, foreign, ours));
        }
    }

    [Fact]
    public async Task A_key_and_a_runtime_token_end_with_their_installation()
    {
        var installed = await InstallAsync();
        var runtime = await RuntimeTokenAsync(installed.Id);
        await SeeExtensionAsync(installed.ApiKey!, runtime);

        await SendAsync(new UninstallExtensionCommand(ReferenceOf(installed), null, default));

        Assert.Null(await ExtensionAsync(0, installed.ApiKey!));
        Assert.Null(await ExtensionAsync(0, runtime, isRuntimeToken: true));
        await SeeExtensionAsync(installed.ApiKey!, runtime, node: 1);
        clocks[1].Advance(Soon);
        Assert.Null(await ExtensionAsync(1, installed.ApiKey!));
        Assert.Null(await ExtensionAsync(1, runtime, isRuntimeToken: true));
    }

    [Fact]
    public async Task An_extension_may_do_what_its_newest_manifest_says()
    {
        var installed = await InstallAsync();
        var runtime = await RuntimeTokenAsync(installed.Id);
        await SeeExtensionAsync(installed.ApiKey!, runtime);

        await InstallAsync(permissions: "[\"projects:read\"]");

        await HasNewPermissionsAsync(0);
        clocks[1].Advance(Soon);
        await HasNewPermissionsAsync(1);

        async Task HasNewPermissionsAsync(int node)
        {
            Assert.Contains("projects:read", (await ExtensionAsync(node, installed.ApiKey!))!.Scopes);
            Assert.DoesNotContain("issues:read", (await ExtensionAsync(node, installed.ApiKey!))!.Scopes);
            Assert.DoesNotContain("issues:read", (await ExtensionAsync(node, runtime, isRuntimeToken: true))!.Scopes);
        }
    }

    [Fact]
    public async Task The_key_before_a_rotation_ends_to_the_moment()
    {
        var installed = await InstallAsync();
        Assert.NotNull(await ExtensionAsync(0, installed.ApiKey!));
        var rotated = await SendAsync(new RotateApiKeyCommand(ReferenceOf(installed), null));
        Assert.NotNull(await ExtensionAsync(0, rotated.Value.ApiKey));

        clocks[0].Advance(Extension.KeyOverlap - TimeSpan.FromMilliseconds(1));
        Assert.NotNull(await ExtensionAsync(0, installed.ApiKey!));
        clocks[0].Advance(TimeSpan.FromMilliseconds(1));

        Assert.Null(await ExtensionAsync(0, installed.ApiKey!));
        Assert.NotNull(await ExtensionAsync(0, rotated.Value.ApiKey));
    }

    [Fact]
    public async Task A_runtime_token_expires_to_the_moment()
    {
        var installed = await InstallAsync();
        var runtime = await RuntimeTokenAsync(installed.Id);

        clocks[0].Advance(RuntimeTokens.Lifetime - TimeSpan.FromMilliseconds(1));
        Assert.NotNull(await ExtensionAsync(0, runtime, isRuntimeToken: true));
        clocks[0].Advance(TimeSpan.FromMilliseconds(1));

        Assert.Null(await ExtensionAsync(0, runtime, isRuntimeToken: true));
    }

    /// <summary>Lets both nodes see a token, makes a change on the first, and looks at both.</summary>
    private async Task ChangeIsSeenAsync(string token, Func<Task> change, Action<SignedIn?> check)
    {
        await SeeAsync(token);

        await change();

        check(await OwnerAsync(0, token));
        clocks[1].Advance(Soon);
        check(await OwnerAsync(1, token));
    }

    private async Task SeeAsync(string token)
    {
        Assert.NotNull(await OwnerAsync(0, token));
        Assert.NotNull(await OwnerAsync(1, token));
    }

    private async Task<SignedIn?> OwnerAsync(int node, string token)
    {
        await using var nobody = new Session(nodes[node], null);
        var found = await nobody.SendAsync(new AuthenticateTokenQuery(token));
        return found.IsRefused ? null : found.Value;
    }

    private async Task SeeExtensionAsync(string key, string runtime, int node = 0)
    {
        Assert.NotNull(await ExtensionAsync(node, key));
        Assert.NotNull(await ExtensionAsync(node, runtime, isRuntimeToken: true));
        if (node == 0)
            await SeeExtensionAsync(key, runtime, 1);
    }

    private async Task<SignedIn?> ExtensionAsync(int node, string credential, bool isRuntimeToken = false)
    {
        await using var nobody = new Session(nodes[node], null);
        var found = await nobody.SendAsync(new AuthenticateExtensionQuery(credential, isRuntimeToken));
        return found.IsRefused ? null : found.Value;
    }

    /// <summary>Whether the owner of a token can read an issue on a node, as a request does it.</summary>
    private async Task<bool> SeesAsync(int node, string token, IssueRef issue)
    {
        var owner = await OwnerAsync(node, token);
        await using var session = new Session(nodes[node], owner!.Actor);
        return !(await session.SendAsync(new GetIssueQuery(issue))).IsRefused;
    }

    private async Task<T> SendAsync<T>(ICommand<T> command)
        where T : notnull
    {
        await using var session = workspace.SignIn();
        return await session.SendAsync(command);
    }

    private async Task EditAsync(User user, UserEdit edit) =>
        Assert.False((await SendAsync(new UpdateUserCommand(user.Id, edit, default))).IsRefused);

    private async Task AddPrivateProjectAsync(string key)
    {
        var edit = new ProjectEdit { Name = "Secret", Visibility = ProjectVisibility.Private };
        Assert.False((await SendAsync(new CreateProjectCommand(key, edit))).IsRefused);
    }

    private static Actor ActorOf(User user) => new(user.OrganizationId, user.Id, user.Role);

    private async Task<string> IssueTokenAsync(Actor actor, DateTimeOffset? expiresAt = null, Workspace? workspace = null)
    {
        await using var session = new Session((workspace ?? this.workspace).Services, actor);
        var issued = await session.SendAsync(new IssueTokenCommand(TokenKind.Personal, "test", [], expiresAt));
        return issued.Value.Token!;
    }

    private long TokenIdOf(string token)
    {
        using var scope = nodes[0].CreateScope();
        var hash = TokenSecret.HashOf(token);
        return scope
            .ServiceProvider.GetRequiredService<KiketDbContext>()
            .AcrossTenants<AccessToken>()
            .Single(t => t.Hash == hash)
            .Id;
    }

    private async Task AddTokenAsync(UserId userId, TokenSecret secret, DateTimeOffset? expiresAt)
    {
        await using var session = workspace.SignIn();
        var user = await session.Db.Users.SingleAsync(u => u.Id == userId);
        session.Db.AccessTokens.Add(AccessToken.Issue(user, TokenKind.Personal, "test", [], expiresAt, secret, Start).Value);
        await session.Db.SaveChangesAsync();
    }

    /// <summary>An application, and a token that the OAuth server has issued to it.</summary>
    private async Task<(long Id, string Access)> AddApplicationAsync()
    {
        await using var session = workspace.SignIn();
        var added = await session.SendAsync(
            new CreateOAuthApplicationCommand("Robot", ["issues:read"], ["client_credentials"], [], false)
        );
        var application = await session.Db.OAuthApplications.SingleAsync(a => a.Id == added.Value.Id);
        var secret = TokenSecret.Generate("");
        session.Db.Add(
            new OAuthToken
            {
                Application = await session.Db.Set<OAuthClient>().SingleAsync(c => c.ClientId == application.ClientId),
                ExpirationDate = Start.UtcDateTime.AddHours(1),
                ReferenceId = secret.Hash,
                Scopes = ["issues:read"],
                Status = OpenIddictConstants.Statuses.Valid,
                Subject = application.ServiceUserId.ToString(),
                Type = OpenIddictConstants.TokenTypeIdentifiers.AccessToken,
            }
        );
        await session.Db.SaveChangesAsync();
        return (application.Id, secret.Plaintext);
    }

    private async Task<InstalledExtensionDto> InstallAsync(string permissions = "[\"issues:read\"]") =>
        (
            await SendAsync(
                new InstallExtensionCommand(
                    new ManifestText(
                        $$"""{"id": "dev.example.known", "name": "Known", "version": "1.0.0", "permissions": {{permissions}}}""",
                        null
                    ),
                    null,
                    null,
                    null
                )
            )
        ).Value;

    private static ExtensionRef ReferenceOf(InstalledExtensionDto installed) => ExtensionRef.Of(installed.Id);

    private async Task<string> RuntimeTokenAsync(ExtensionId installation)
    {
        await using var session = workspace.SignIn();
        var extension = await session.Db.Extensions.SingleAsync(e => e.Id == installation);
        return (await session.Get<RuntimeTokens>().CreateAsync(extension, null, "test", default)).Text;
    }
}

public sealed class SqliteKnownCredentialTests(SqliteDatabase database) : KnownCredentialSuite(database);

public sealed class PostgreSqlKnownCredentialTests(PostgreSqlDatabase database) : KnownCredentialSuite(database);
