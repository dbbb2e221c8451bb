using Kiket.Domain.Checklists;
using Kiket.Domain.Issues;
using Kiket.Domain.Users;
using Kiket.Domain.Workflows;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Kiket.Infrastructure.Checklists;

internal sealed class ChecklistMarkConfiguration : IEntityTypeConfiguration<ChecklistMark>
{
    public void Configure(EntityTypeBuilder<ChecklistMark> builder)
    {
        builder.HasKey(m => m.Id);
        builder.Property(m => m.ChecklistId).HasMaxLength(Checklist.MaxIdLength);
        builder.Property(m => m.ItemId).HasMaxLength(Checklist.MaxIdLength);
        builder
            .HasIndex(m => new
            {
                m.IssueId,
                m.ChecklistId,
                m.ItemId,
            })
            .IsUnique();
        builder.HasOne<Issue>().WithMany().HasForeignKey(m => m.IssueId);
        builder.HasOne<User>().WithMany().HasForeignKey(m => m.UserId);
    }
}
