using Ardalis.Specification;
using Kiket.Domain.Definitions;
using Kiket.Domain.Projects;

namespace Kiket.Application.Definitions;

/// <summary>The definition files of some projects.</summary>
internal sealed class FilesOf : Specification<DefinitionFile>
{
    public FilesOf(IQueryable<Project> projects) => Query.Where(f => projects.Any(p => p.Id == f.ProjectId));
}
