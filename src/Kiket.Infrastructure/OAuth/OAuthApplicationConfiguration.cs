using Kiket.Domain.OAuth;
using Kiket.Domain.Users;
using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Kiket.Infrastructure.OAuth;

internal sealed class OAuthApplicationConfiguration : IEntityTypeConfiguration<OAuthApplication>
{
    public void Configure(EntityTypeBuilder<OAuthApplication> builder)
    {
        builder.IsAggregate();
        builder.ToTable("oauth_applications");
        builder.Property(a => a.Name).HasMaxCharacters(OAuthApplication.MaxNameLength);
        builder.Property(a => a.ClientId).HasMaxLength(100);
        builder.HasIndex(a => a.ClientId).IsUnique();
        builder.HasIndex(a => a.OrganizationId);
        builder.HasOne<User>().WithMany().HasForeignKey(a => a.ServiceUserId);
    }
}
