using Kiket.Application.Issues;
using Kiket.Application.Organizations;
using Kiket.Application.Projects;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Projects;
using Kiket.Domain.Users;
using Kiket.Infrastructure.Persistence;
using MediatR;
using Microsoft.Extensions.DependencyInjection;

namespace Kiket.Application.Tests.Persistence;

/// <summary>A separate organization, as its administrator sees it.</summary>
internal sealed record Workspace(IServiceProvider Services, Actor Admin)
{
    public static Task<Workspace> NewAsync(TestDatabase database)
    {
        Assert.SkipWhen(database.Unavailable is not null, database.Unavailable ?? "");
        return NewAsync(database.Services);
    }

    public static async Task<Workspace> NewAsync(IServiceProvider services)
    {
        await using var nobody = new Session(services, null);
        var founded = await nobody.SendAsync(
            new CreateOrganizationCommand($"Organization {Guid.NewGuid():N}", "ada@example.com", "Ada", null)
        );
        return new(services, new(founded.Value.OrganizationId, founded.Value.AdminId, OrganizationRole.Admin));
    }

    public Session SignIn() => new(Services, Admin);

    public async Task<ProjectDto> AddProjectAsync(string key = "LEGAL")
    {
        await using var session = SignIn();
        return (
            await session.SendAsync(
                new CreateProjectCommand(key, new() { Name = $"Project {key}", Visibility = ProjectVisibility.Team })
            )
        ).Value;
    }

    public async Task<IssueDto> AddIssueAsync(IssueEdit fields, string project = "LEGAL", string? status = null)
    {
        await using var session = SignIn();
        return await AddIssueAsync(session, fields, project, status);
    }

    public static async Task<IssueDto> AddIssueAsync(Session session, IssueEdit fields, string project, string? status = null)
    {
        Assert.True(ProjectRef.TryParse(project, out var reference));
        return (
            await session.SendAsync(new CreateIssueCommand(reference, fields, status is null ? null : new StateKey(status)))
        ).Value;
    }

    public async Task<User> AddUserAsync(string email, OrganizationRole role = OrganizationRole.Developer)
    {
        await using var session = SignIn();
        var user = User.Join(Admin.OrganizationId, email, role, null, DateTimeOffset.UnixEpoch).Value;
        session.Db.Users.Add(user);
        await session.Db.SaveChangesAsync();
        return user;
    }
}

/// <summary>The services of one request: a context and a mediator, signed in as an actor or as nobody.</summary>
internal sealed class Session : IAsyncDisposable
{
    private readonly AsyncServiceScope scope;

    public Session(IServiceProvider services, Actor? actor)
    {
        scope = services.CreateAsyncScope();
        if (actor is not null)
            Get<CurrentActor>().SignIn(actor, []);
    }

    public KiketDbContext Db => Get<KiketDbContext>();

    public T Get<T>()
        where T : notnull => scope.ServiceProvider.GetRequiredService<T>();

    public Task<T> SendAsync<T>(IRequest<T> request) => Get<IMediator>().Send(request);

    public ValueTask DisposeAsync() => scope.DisposeAsync();
}
