using System.Text.Json.Nodes;
using Kiket.Domain.Common;
using Kiket.Domain.Tokens;
using Kiket.Domain.Users;
using Kiket.Infrastructure.Persistence;
using Microsoft.Extensions.DependencyInjection;

namespace Kiket.Api.Tests.Infrastructure;

/// <summary>An organization with its administrator's client, and helpers to fill it.</summary>
public sealed record Tenant(KiketServer Server, long OrganizationId, long AdminId, HttpClient Admin, string AdminToken)
{
    private static int users;

    /// <summary>Another user of the organization, signed in with a token of these scopes; none means everything.</summary>
    internal async Task<(long Id, HttpClient Client)> AddUserAsync(OrganizationRole role, params string[] scopes)
    {
        await using var scope = Server.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<KiketDbContext>();
        var now = DateTimeOffset.UtcNow;
        var user = User.Join(new(OrganizationId), $"user{Interlocked.Increment(ref users)}@example.com", role, null, now).Value;
        db.Users.Add(user);
        await db.SaveChangesAsync();
        return (user.Id.Value, await SignInAsync(db, user, scopes));
    }

    /// <summary>Another user of the organization, with a password.</summary>
    internal async Task<(long Id, string Email)> AddPersonAsync(OrganizationRole role)
    {
        var (id, _) = await AddUserAsync(role);
        await SetPasswordAsync(id);
        return (id, (string)(await Admin.GetAsync($"/api/v1/users/{id}").OkAsync())["email"]!);
    }

    /// <summary>Makes a user an operator of the server.</summary>
    internal async Task MakeOperatorAsync(long user)
    {
        await using var scope = Server.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<KiketDbContext>();
        scope
            .ServiceProvider.GetRequiredService<CurrentActor>()
            .SignIn(new(new(OrganizationId), new(AdminId), OrganizationRole.Admin), []);
        (await db.Users.FindAsync(new UserId(user)))!.MakeOperator();
        await db.SaveChangesAsync();
    }

    /// <summary>Sets the password of a user by a link.</summary>
    internal async Task SetPasswordAsync(long user, string password = Browser.Password)
    {
        var link = await Admin.PostAsync($"/api/v1/users/{user}/password_reset", null).CreatedAsync();
        var page = await new Browser(Server).SetPasswordAsync((string)link["url"]!, password);
        Assert.Contains("<h1>Your password is set</h1>", page.Text, StringComparison.Ordinal);
    }

    /// <summary>A client of the administrator with a token of these scopes.</summary>
    public async Task<HttpClient> WithScopesAsync(params string[] scopes)
    {
        await using var scope = Server.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<KiketDbContext>();
        scope
            .ServiceProvider.GetRequiredService<CurrentActor>()
            .SignIn(new(new(OrganizationId), new(AdminId), OrganizationRole.Admin), []);
        var admin = await db.Users.FindAsync(new UserId(AdminId));
        return await SignInAsync(db, admin!, scopes);
    }

    /// <summary>Gives the administrator another name.</summary>
    public async Task RenameAdminAsync(string name)
    {
        await using var scope = Server.Services.CreateAsyncScope();
        scope
            .ServiceProvider.GetRequiredService<CurrentActor>()
            .SignIn(new(new(OrganizationId), new(AdminId), OrganizationRole.Admin), []);
        var db = scope.ServiceProvider.GetRequiredService<KiketDbContext>();
        var admin = await db.Users.FindAsync(new UserId(AdminId));
        Assert.False(admin!.Edit(new() { Name = name }, DateTimeOffset.UtcNow).IsRefused);
        await db.SaveChangesAsync();
    }

    /// <summary>A project that the whole organization sees.</summary>
    public async Task<JsonNode> AddProjectAsync(string key = "LEGAL", string visibility = "team") =>
        await Admin
            .PostJsonAsync(
                "/api/v1/projects",
                new
                {
                    project = new
                    {
                        name = $"Project {key}",
                        project_key = key,
                        visibility,
                    },
                }
            )
            .CreatedAsync();

    /// <summary>An issue in a project.</summary>
    public async Task<JsonNode> AddIssueAsync(string project = "LEGAL", string title = "An issue", object? fields = null)
    {
        var issue = fields is null ? [] : System.Text.Json.JsonSerializer.SerializeToNode(fields)!.AsObject();
        issue["title"] = title;
        return await Admin.PostJsonAsync("/api/v1/issues", new { project_key = project, issue }).CreatedAsync();
    }

    private async Task<HttpClient> SignInAsync(KiketDbContext db, User user, string[] scopes)
    {
        var secret = TokenSecret.Generate("kpat_");
        db.AccessTokens.Add(
            AccessToken.Issue(user, TokenKind.Personal, "test", scopes, null, secret, DateTimeOffset.UtcNow).Value
        );
        await db.SaveChangesAsync();
        return Server.NewClient(secret.Plaintext);
    }
}
