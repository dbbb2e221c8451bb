using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Projects;
using Kiket.Domain.Users;
using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Api.Startup;

/// <summary>
/// The demo project of a new installation: <c>examples/newsroom</c> and the people who work in it.
/// </summary>
internal static class Demo
{
    private static readonly (
        string Email,
        string Name,
        OrganizationRole Role,
        ProjectRole InProject,
        decimal Capacity,
        string[] Tags
    )[] Members =
    [
        ("edda@example.com", "Edda Editor", OrganizationRole.ProjectManager, ProjectRole.Lead, 10, ["editing", "style"]),
        ("rico@example.com", "Rico Reporter", OrganizationRole.Developer, ProjectRole.Member, 13, ["research", "writing"]),
        ("faye@example.com", "Faye Fact-Checker", OrganizationRole.Developer, ProjectRole.Member, 8, ["facts"]),
    ];

    private const string Project = "NEWS";

    public static string Folder => Path.Combine(AppContext.BaseDirectory, "examples", "newsroom");

    /// <summary>Whether the organization has the demo project, or somebody with the address of one of its people.</summary>
    public static async Task<bool> ExistsAsync(KiketDbContext db, CancellationToken ct)
    {
        List<string> addresses = [.. Members.Select(m => m.Email)];
        return await db.Projects.AnyAsync(p => p.Key == Project, ct)
            || await db.Users.AnyAsync(u => addresses.Contains(u.Email), ct);
    }

    /// <param name="organization">Slug of an organization without the demo project.</param>
    public static async Task AddAsync(IServiceProvider services, string organization, Actor admin, CancellationToken ct)
    {
        var imported = await services.ImportFolderAsync(Folder, organization, isStrict: true, ct);
        if ((imported.Error ?? imported.Value[0].Outcome.Error) is { } error)
            throw new InvalidOperationException($"The demo cannot be imported: {error.Message}");

        await using var scope = services.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<CurrentActor>().SignIn(admin, []);
        await scope
            .ServiceProvider.GetRequiredService<IUnitOfWork>()
            .RunAsync("import_demo", () => AddPeopleAsync(scope.ServiceProvider, admin.OrganizationId, ct), ct);
    }

    private static async Task<Result<int>> AddPeopleAsync(
        IServiceProvider services,
        OrganizationId organizationId,
        CancellationToken ct
    )
    {
        var (db, work) = (services.GetRequiredService<KiketDbContext>(), services.GetRequiredService<IUnitOfWork>());
        var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        var project = await db.Projects.SingleAsync(p => p.Key == Project, ct);
        foreach (var (email, name, role, inProject, capacity, tags) in Members)
        {
            var user = User.Join(organizationId, email, role, name, now).Value;
            user.Edit(new() { Capacity = capacity, ExpertiseTags = tags }, now);
            db.Users.Add(user);
            await work.FlushAsync(ct);
            db.ProjectMembers.Add(ProjectMember.Of(project, user.Id, inProject, now));
        }

        return Members.Length;
    }
}
