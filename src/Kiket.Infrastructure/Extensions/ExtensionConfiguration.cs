using Kiket.Domain.Extensions;
using Kiket.Domain.Projects;
using Kiket.Domain.Users;
using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Kiket.Infrastructure.Extensions;

internal sealed class ExtensionConfiguration : IEntityTypeConfiguration<Extension>
{
    public void Configure(EntityTypeBuilder<Extension> builder)
    {
        builder.IsAggregate();
        builder.Property(e => e.Key).HasMaxLength(ExtensionManifest.MaxIdLength);
        builder.Property(e => e.Slot).HasMaxLength(ExtensionManifest.MaxIdLength + 20); // an id has at most 19 digits
        builder.Property(e => e.KeyHash).HasMaxLength(64);
        builder.Property(e => e.PreviousKeyHash).HasMaxLength(64);
        builder.Property(e => e.KeyPrefix).HasMaxLength(32);
        builder.HasIndex(e => new { e.OrganizationId, e.Slot }).IsUnique();
        builder.HasIndex(e => new { e.OrganizationId, e.Key });
        builder.HasIndex(e => new
        {
            e.OrganizationId,
            e.Status,
            e.Id,
        });
        builder.HasIndex(e => e.KeyHash).IsUnique();
        builder.HasIndex(e => e.PreviousKeyHash);
        builder.HasOne<Project>().WithMany().HasForeignKey(e => e.ProjectId);
        builder.HasOne<User>().WithMany().HasForeignKey(e => e.ServiceUserId);
        builder.HasOne<User>().WithMany().HasForeignKey(e => e.InstalledById);
    }
}
