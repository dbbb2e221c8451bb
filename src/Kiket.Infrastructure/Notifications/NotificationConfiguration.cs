using Kiket.Domain.Issues;
using Kiket.Domain.Notifications;
using Kiket.Domain.Users;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Kiket.Infrastructure.Notifications;

internal sealed class NotificationConfiguration : IEntityTypeConfiguration<Notification>
{
    public void Configure(EntityTypeBuilder<Notification> builder)
    {
        builder.HasKey(n => n.Id);
        builder.Property(n => n.Message).HasMaxLength(Notification.MaxMessageLength);
        builder.HasIndex(n => new { n.UserId, n.Id });
        builder.HasIndex(n => new { n.UserId, n.ReadAt });
        builder.HasOne<User>().WithMany().HasForeignKey(n => n.UserId);
        builder.HasOne<Issue>().WithMany().HasForeignKey(n => n.IssueId);
    }
}
