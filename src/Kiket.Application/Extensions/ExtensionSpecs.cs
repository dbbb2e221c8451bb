using Ardalis.Specification;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Extensions;
using Kiket.Domain.Projects;

namespace Kiket.Application.Extensions;

/// <summary>
/// The installations that an actor can see: an extension sees its own, a user those of the organization and of the projects that
/// they can see.
/// </summary>
internal sealed class ExtensionsVisibleTo : Specification<Extension>
{
    /// <param name="projects">The projects that the actor can see.</param>
    public ExtensionsVisibleTo(ICurrentActor current, IQueryable<Project> projects)
    {
        if (current.Extension is { } own)
            Query.Where(e => e.Id == own.Id);
        else if (!current.Actor.IsAdmin)
            Query.Where(e => e.ProjectId == null || projects.Any(p => p.Id == e.ProjectId));
    }
}

/// <summary>The installations with one of some statuses.</summary>
internal sealed class ExtensionsMatching : Specification<Extension>
{
    /// <param name="projectId">Only those of this project and of the whole organization; null for all.</param>
    public ExtensionsMatching(ProjectId? projectId, IReadOnlyList<ExtensionStatus> statuses)
    {
        Query.AsNoTracking().Where(e => statuses.Contains(e.Status));
        if (projectId is { } id)
            Query.Where(e => e.ProjectId == null || e.ProjectId == id);
    }
}

/// <summary>The audit log of an extension.</summary>
internal sealed class AuditOf : Specification<ExtensionAuditEntry>
{
    public AuditOf(ExtensionId extensionId) => Query.AsNoTracking().Where(e => e.ExtensionId == extensionId);
}

/// <summary>The reports of an extension.</summary>
internal sealed class ReportsOf : Specification<ExtensionReport>
{
    /// <param name="kinds">Only reports of these kinds; none means all.</param>
    public ReportsOf(ExtensionId extensionId, IReadOnlyList<ReportKind> kinds)
    {
        Query.AsNoTracking().Where(r => r.ExtensionId == extensionId);
        if (kinds.Count > 0)
            Query.Where(r => kinds.Contains(r.Kind));
    }
}

/// <summary>The stored values of an extension.</summary>
internal sealed class ValuesOf : Specification<StoredValue>
{
    public ValuesOf(ExtensionId extensionId) => Query.AsNoTracking().Where(v => v.ExtensionId == extensionId);
}

/// <summary>The value that an extension stores under a key.</summary>
internal sealed class ValueOf : Specification<StoredValue>
{
    public ValueOf(ExtensionId extensionId, string key) => Query.Where(v => v.ExtensionId == extensionId && v.Key == key);
}
