using Kiket.Domain.Approvals;
using Kiket.Domain.Issues;
using Kiket.Domain.Users;
using Kiket.Domain.Workflows;
using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Kiket.Infrastructure.Approvals;

internal sealed class ApprovalConfiguration : IEntityTypeConfiguration<Approval>
{
    public void Configure(EntityTypeBuilder<Approval> builder)
    {
        builder.IsAggregate();
        builder.Property(a => a.From).HasMaxLength(State.MaxKeyLength);
        builder.Property(a => a.To).HasMaxLength(State.MaxKeyLength);
        builder.HasIndex(a => new { a.IssueId, a.Id });
        builder.HasIndex(a => new
        {
            a.Status,
            a.EscalatedAt,
            a.EscalatesAt,
        }); // the overdue approvals
        builder.HasOne<Issue>().WithMany().HasForeignKey(a => a.IssueId);
        builder.HasOne<User>().WithMany().HasForeignKey(a => a.RequestedById);
    }
}
