using Kiket.Api.Tests.Infrastructure;
using Kiket.Application.Common;
using Kiket.Application.Projects;
using Kiket.Domain.Common;
using Kiket.Domain.Projects;
using Kiket.Domain.Users;
using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Kiket.Api.Tests.Projects;

/// <summary>
/// The visibility of projects is implemented twice: in the database for lists, and in the policy for a single project. Both must
/// agree.
/// </summary>
public sealed class ProjectVisibilityTests(KiketServer server)
{
    [Theory]
    [InlineData(OrganizationRole.Viewer)]
    [InlineData(OrganizationRole.Developer)]
    [InlineData(OrganizationRole.ProjectManager)]
    [InlineData(OrganizationRole.FinanceManager)]
    [InlineData(OrganizationRole.Admin)]
    public async Task The_database_shows_exactly_the_projects_that_the_policy_opens(Enum role)
    {
        await (await server.NewTenantAsync()).AddProjectAsync(visibility: "public");
        var tenant = await server.NewTenantAsync();
        var (userId, client) = await tenant.AddUserAsync((OrganizationRole)role);
        var actor = new Actor(new(tenant.OrganizationId), new(userId), (OrganizationRole)role);
        await using var scope = server.Services.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<CurrentActor>().SignIn(actor, []);
        var db = scope.ServiceProvider.GetRequiredService<KiketDbContext>();
        var opened = await AddEveryCombinationAsync(db, actor, tenant.AdminId);

        var shown = await db
            .Projects.WithSpecification(new ProjectsVisibleTo(actor, db.ProjectMembers))
            .Select(p => p.Id)
            .Order()
            .ToListAsync();
        var listed = await client.GetAsync("/api/v1/projects?per_page=100&sort=id").OkAsync();

        Assert.Equal(36, await db.Projects.CountAsync());
        Assert.Equal(opened, shown);
        Assert.Equal(opened, listed["data"]!.AsArray().Select(p => new ProjectId((long)p!["id"]!)));
    }

    /// <returns>The ids that the policy opens.</returns>
    private static async Task<IReadOnlyList<ProjectId>> AddEveryCombinationAsync(
        KiketDbContext db,
        Actor actor,
        long somebodyElse
    )
    {
        var now = DateTimeOffset.UtcNow;
        var cases = new List<(Project Project, ProjectRole? Membership)>();
        foreach (var visibility in Enum.GetValues<ProjectVisibility>())
        {
            foreach (var lead in new UserId?[] { null, actor.UserId, new(somebodyElse) })
            {
                foreach (var membership in new ProjectRole?[] { null, ProjectRole.Viewer, ProjectRole.Member, ProjectRole.Lead })
                {
                    var edit = new ProjectEdit
                    {
                        Name = $"Project {cases.Count}",
                        Visibility = visibility,
                        LeadId = lead,
                    };
                    cases.Add((Project.Start(actor.OrganizationId, $"P{cases.Count}", edit, now).Value, membership));
                }
            }
        }

        db.Projects.AddRange(cases.Select(c => c.Project));
        await db.SaveChangesAsync();
        foreach (var (project, membership) in cases)
        {
            // Must not grant the actor anything.
            db.ProjectMembers.Add(ProjectMember.Of(project, new(somebodyElse), ProjectRole.Lead, now));
            if (membership is { } projectRole)
                db.ProjectMembers.Add(ProjectMember.Of(project, actor.UserId, projectRole, now));
        }

        await db.SaveChangesAsync();
        return
        [
            .. cases
                .Where(c =>
                    ProjectPolicy.AccessOf(actor, c.Project.Visibility, c.Project.LeadId, c.Membership) is not ProjectAccess.None
                )
                .Select(c => c.Project.Id)
                .Order(),
        ];
    }
}
