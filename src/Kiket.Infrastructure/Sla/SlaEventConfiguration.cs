using Kiket.Domain.Issues;
using Kiket.Domain.Projects;
using Kiket.Domain.Sla;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Kiket.Infrastructure.Sla;

internal sealed class SlaEventConfiguration : IEntityTypeConfiguration<SlaEvent>
{
    public void Configure(EntityTypeBuilder<SlaEvent> builder)
    {
        builder.HasKey(e => e.Id);
        builder.HasOne<Project>().WithMany().HasForeignKey(e => e.ProjectId);
        builder.HasOne<Issue>().WithMany().HasForeignKey(e => e.IssueId);
        builder.HasIndex(e => new { e.OrganizationId, e.Id });
        builder.HasIndex(e => new
        {
            e.OrganizationId,
            e.ProjectId,
            e.Id,
        });
        builder.HasIndex(e => new
        {
            e.OrganizationId,
            e.IssueId,
            e.Id,
        });
        builder.HasIndex(e => e.TimerId);
    }
}
