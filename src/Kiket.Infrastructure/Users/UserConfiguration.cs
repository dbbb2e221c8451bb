using Kiket.Domain.Common;
using Kiket.Domain.Users;
using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Kiket.Infrastructure.Users;

internal sealed class UserConfiguration : IEntityTypeConfiguration<User>
{
    public void Configure(EntityTypeBuilder<User> builder)
    {
        builder.IsAggregate();
        builder.Property(u => u.Email).HasMaxLength(User.MaxEmailLength);
        builder.Property(u => u.SortKey).HasMaxLength(SearchText.MaxSortKeyLength);
        builder.Property(u => u.Name).HasMaxCharacters(User.MaxNameLength);
        builder.Property(u => u.AvatarUrl).HasMaxLength(500);
        builder.HasIndex(u => new { u.OrganizationId, u.Email }).IsUnique();
        builder.HasIndex(u => new { u.OrganizationId, u.Role });
    }
}

internal sealed class AccessTokenConfiguration : IEntityTypeConfiguration<AccessToken>
{
    public void Configure(EntityTypeBuilder<AccessToken> builder)
    {
        builder.IsAggregate();
        builder.Property(t => t.SortKey).HasMaxLength(SearchText.MaxSortKeyLength);
        builder.Property(t => t.Name).HasMaxCharacters(AccessToken.MaxNameLength);
        builder.Property(t => t.Hash).HasMaxLength(64);
        builder.Property(t => t.Prefix).HasMaxLength(16);
        builder.HasIndex(t => t.Hash).IsUnique();
        builder.HasIndex(t => new { t.OrganizationId, t.Kind, t.UserId });
        builder.HasOne<User>().WithMany().HasForeignKey(t => t.UserId);
    }
}

internal sealed class InvitationConfiguration : IEntityTypeConfiguration<Invitation>
{
    public void Configure(EntityTypeBuilder<Invitation> builder)
    {
        builder.IsAggregate();
        builder.Property(i => i.Hash).HasMaxLength(64);
        builder.HasIndex(i => i.Hash).IsUnique();
        builder.HasIndex(i => new { i.OrganizationId, i.UserId });
        builder.HasOne<User>().WithMany().HasForeignKey(i => i.UserId);
    }
}
