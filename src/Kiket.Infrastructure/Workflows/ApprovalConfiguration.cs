using Kiket.Domain.Issues;
using Kiket.Domain.Users;
using Kiket.Domain.Workflows;
using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Kiket.Infrastructure.Workflows;

internal sealed class ApprovalConfiguration : IEntityTypeConfiguration<Approval>
{
    public void Configure(EntityTypeBuilder<Approval> builder)
    {
        builder.IsAggregate();
        builder.Property(a => a.From).HasMaxLength(State.MaxKeyLength);
        builder.Property(a => a.To).HasMaxLength(State.MaxKeyLength);
        builder.HasIndex(a => new { a.IssueId, a.Id });
        builder.HasIndex(a => new { a.Status, a.EscalatedAt, a.EscalatesAt }); // those whose time is up
        builder.HasOne<Issue>().WithMany().HasForeignKey(a => a.IssueId);
        builder.HasOne<User>().WithMany().HasForeignKey(a => a.RequestedById);
    }
}

internal sealed class ChecklistMarkConfiguration : IEntityTypeConfiguration<ChecklistMark>
{
    public void Configure(EntityTypeBuilder<ChecklistMark> builder)
    {
        builder.HasKey(m => m.Id);
        builder.Property(m => m.ChecklistId).HasMaxLength(Checklist.MaxIdLength);
        builder.Property(m => m.ItemId).HasMaxLength(Checklist.MaxIdLength);
        builder.HasIndex(m => new { m.IssueId, m.ChecklistId, m.ItemId }).IsUnique();
        builder.HasOne<Issue>().WithMany().HasForeignKey(m => m.IssueId);
        builder.HasOne<User>().WithMany().HasForeignKey(m => m.UserId);
    }
}
