using Kiket.Domain.Users;
using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Kiket.Infrastructure.Users;

internal sealed class PasswordSignInConfiguration : IEntityTypeConfiguration<PasswordSignIn>
{
    public void Configure(EntityTypeBuilder<PasswordSignIn> builder)
    {
        builder.IsAggregate();
        builder.Property(s => s.PasswordHash).HasMaxLength(200);
        builder.Property(s => s.Stamp).HasMaxLength(32);
        builder.Property(s => s.TotpKey).HasMaxLength(500);
        builder.Property(s => s.LinkHash).HasMaxLength(64);
        builder.HasIndex(s => s.UserId).IsUnique();
        builder.HasIndex(s => s.LinkHash);
        builder.HasOne<User>().WithMany().HasForeignKey(s => s.UserId);
    }
}
