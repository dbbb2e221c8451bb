using Ardalis.Specification;
using Kiket.Domain.Common;
using Kiket.Domain.CustomData;
using Kiket.Domain.Projects;

namespace Kiket.Application.CustomData;

/// <summary>The modules that an actor can see: those of the organization and of the projects that they can see.</summary>
internal sealed class ModulesVisibleTo : Specification<CustomModule>
{
    /// <param name="extensionId">The requesting extension, which also sees its own modules; null for a user.</param>
    /// <param name="isAdmin">Whether the actor is an administrator, who sees those of all extensions.</param>
    /// <param name="projects">The projects that they can see.</param>
    public ModulesVisibleTo(ExtensionId? extensionId, bool isAdmin, IQueryable<Project> projects) =>
        Query
            .AsNoTracking()
            .Where(m =>
                (m.ExtensionId == null || isAdmin || m.ExtensionId == extensionId)
                && (m.ProjectId == null || projects.Any(p => p.Id == m.ProjectId))
            );
}

/// <summary>The records of a table that are not deleted.</summary>
internal sealed class RecordsOfTable : Specification<CustomRecord>
{
    public RecordsOfTable(long moduleId, string table, ProjectId projectId) =>
        Query.Where(r => r.ModuleId == moduleId && r.Table == table && r.ProjectId == projectId && r.DeletedAt == null);
}

/// <summary>The indexed values of a table's records.</summary>
internal sealed class ValuesOfTable : Specification<CustomRecordValue>
{
    public ValuesOfTable(long moduleId, string table, ProjectId projectId) =>
        Query.Where(v => v.ModuleId == moduleId && v.Table == table && v.ProjectId == projectId);
}
