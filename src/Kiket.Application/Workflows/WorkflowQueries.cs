using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Application.Projects;
using Kiket.Domain.Common;
using Kiket.Domain.Projects;
using Kiket.Domain.Workflows;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Workflows;

/// <summary>
/// A workflow in a path. Its key is only unique within a project, so the project may have to be specified as well.
/// </summary>
internal sealed record WorkflowRef(string Key, ProjectRef? Project);

/// <summary>Queries shared by several workflow requests.</summary>
internal static class WorkflowQueries
{
    /// <summary>Maximum number of projects that an error lists.</summary>
    private const int MaxNamed = 20;

    /// <summary>The project that has the workflow.</summary>
    public static async Task<Result<Project>> FindWorkflowProjectAsync(
        this IKiketDb db,
        WorkflowRef reference,
        ICurrentActor current,
        CancellationToken ct
    )
    {
        if (reference.Project is { } named)
            return await db.FindProjectAsync(named, current.Actor, ProjectAccess.Read, ct);
        var projects = await db.VisibleProjects(current.Actor)
            .WithSpecification(new ProjectsWithWorkflow(reference.Key, db.Workflows, MaxNamed))
            .ToListAsync(ct);
        return projects.Count switch
        {
            0 => WorkflowErrors.NotFound(reference.Key),
            1 => projects[0],
            _ => WorkflowErrors.Ambiguous(reference.Key, projects.Select(p => p.Key)),
        };
    }

    /// <summary>A version of the workflow, and the project that has it.</summary>
    /// <param name="version">The version, or null for the latest.</param>
    public static async Task<Result<(Project Project, Workflow Workflow)>> FindWorkflowAsync(
        this IKiketDb db,
        WorkflowRef reference,
        int? version,
        ICurrentActor current,
        CancellationToken ct
    )
    {
        var project = await db.FindWorkflowProjectAsync(reference, current, ct);
        if (project.Error is { } unavailable)
            return unavailable;
        var workflow = await db.FindVersionAsync(project.Value, reference.Key, version, ct);
        return workflow.Error is { } unknown ? unknown : (project.Value, workflow.Value);
    }

    /// <summary>A version of a project's workflow.</summary>
    /// <param name="version">The version, or null for the latest.</param>
    public static async Task<Result<Workflow>> FindVersionAsync(
        this IKiketDb db,
        Project project,
        string key,
        int? version,
        CancellationToken ct
    )
    {
        var versions = db.Workflows.WithSpecification(new VersionsOf(project.Id, key, version));
        return await versions.FirstOrDefaultAsync(ct) is { } found ? found : WorkflowErrors.NotFound(key, version);
    }

    /// <summary>The roles, as named in approvals, that members of a project hold; null when the project does not exist.</summary>
    public static async Task<IReadOnlySet<string>?> ReadHeldRolesAsync(this IKiketDb db, string projectKey, CancellationToken ct)
    {
        var project = await db
            .Projects.Where(p => p.Key == projectKey)
            .Select(p => new { p.Id, p.LeadId })
            .SingleOrDefaultAsync(ct);
        if (project is null)
            return null;
        var active = db.Users.Where(u => !u.Deactivated);
        var roles = await active.Select(u => u.Role).Distinct().ToListAsync(ct);
        var members = await db
            .ProjectMembers.AsNoTracking()
            .Where(m => m.ProjectId == project.Id && active.Any(u => u.Id == m.UserId))
            .ToListAsync(ct);

        // Administrators manage every project, and there is always one.
        HashSet<string> held = new([RoleNames.Manager, .. roles.Select(WireName.Of)], StringComparer.OrdinalIgnoreCase);
        held.UnionWith(members.SelectMany(HeldRoles.Of));
        if (project.LeadId is not null)
            held.UnionWith(HeldRoles.OfLead);
        return held;
    }
}
