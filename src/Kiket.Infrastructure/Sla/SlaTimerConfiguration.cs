using Kiket.Domain.Issues;
using Kiket.Domain.Projects;
using Kiket.Domain.Sla;
using Kiket.Domain.Workflows;
using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Kiket.Infrastructure.Sla;

internal sealed class SlaTimerConfiguration : IEntityTypeConfiguration<SlaTimer>
{
    public void Configure(EntityTypeBuilder<SlaTimer> builder)
    {
        builder.IsAggregate();
        builder.Property(t => t.State).HasMaxLength(State.MaxKeyLength);
        builder.Property(t => t.RuleKey).HasMaxLength(SlaRule.MaxKeyLength);
        builder.Property(t => t.Adjustments); // internal, so not found by convention
        builder.IsClaimable();
        builder.Ignore(t => t.Clock);
        builder.HasOne<Project>().WithMany().HasForeignKey(t => t.ProjectId);
        builder.HasOne<Issue>().WithMany().HasForeignKey(t => t.IssueId);
        builder.HasMany(t => t.Events).WithOne().HasForeignKey(e => e.TimerId);

        // Due timers, for workers, across organizations.
        builder.HasIndex(t => new { t.NextAt, t.Id });
        builder.HasIndex(t => new
        {
            t.OrganizationId,
            t.IssueId,
            t.StoppedAt,
        });
        builder.HasIndex(t => new
        {
            t.OrganizationId,
            t.StoppedAt,
            t.BreachesAt,
        });
    }
}
